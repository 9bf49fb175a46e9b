import { post, Refused } from "./api.js"
import { facts } from "./probe.js"
import { Link } from "./link.js"
import { speedDown, speedUp } from "./speed.js"

// One device check, step by step: camera, speed, then a real look at the real picture.
const ASK_EVERY_MS = 1_000
const WAIT_MOST_MS = 30_000
const GUIDE_MOST_MS = 120_000
const CONNECT_MOST_MS = 15_000
const PRESENCE_EVERY_MS = 3_000

export class DeviceCheck extends EventTarget {
  #live
  #told = {}
  #speed = { down_mbit: null, up_mbit: null }
  #skipped = false

  constructor(live) {
    super()
    this.#live = live
    this.link = new Link(() => post("/api/checks"))
    this.link.addEventListener("change", () => this.dispatchEvent(new Event("change")))
  }

  // Resolves to {lines, result}; throws Refused when the check could not even begin.
  // However it ends, the camera goes off and the link stops trying.
  async run(signal) {
    const presence = setInterval(() => this.#say("presence"), PRESENCE_EVERY_MS)
    try {
      this.#step("camera")
      const up = new Promise((resolve) => this.link.addEventListener("up", () => resolve(true), { once: true, signal }))
      await this.link.open()
      this.#refuse()
      await Promise.race([up, this.#failed(signal), pause(CONNECT_MOST_MS)])
      this.#say("streaming")
      this.#say("presence")
      return await this.#look(signal)
    } finally {
      clearInterval(presence)
      this.link.close()
    }
  }

  // No (more) pictures from several sides: the profile photo has to do.
  skip() {
    this.#skipped = true
  }

  async #look(signal) {
    this.#step("speed")
    this.#speed = { down_mbit: await speedDown(), up_mbit: await speedUp() }
    this.#step("look")
    let deadline = performance.now() + WAIT_MOST_MS
    let guided = false
    for (;;) {
      this.link.lookedAt({ looking: false })
      this.link.lookedAt({ looking: true }) // the burst ends by itself after a while
      const giveUp = this.#skipped || this.link.state !== "up" || performance.now() > deadline
      const found = await this.#conclude(giveUp)
      this.dispatchEvent(new CustomEvent("found", { detail: found }))
      if (!found.awaiting || signal.aborted) return found
      if (found.guide && !guided) [guided, deadline] = [true, performance.now() + GUIDE_MOST_MS]
      await pause(ASK_EVERY_MS)
    }
  }

  async #conclude(giveUp) {
    const path = await this.link.path()
    this.#told = { ...facts(this.link.media), ...this.#speed, path, give_up: giveUp }
    return post(`/api/checks/${this.link.opened.check}/conclude`, this.#told)
  }

  // Once it is opened there is a check to conclude, whatever fails: it says what to mend.
  #refuse() {
    const { camera, opened, refusal } = this.link
    if (opened) return
    if (camera) throw new Refused({ code: "camera", detail: camera })
    throw refusal ?? new Refused({ code: "offline", detail: "The connection to the server is lost." })
  }

  #failed(signal) {
    return new Promise((resolve) => this.link.addEventListener("change", () => this.link.camera && resolve(false), { signal }))
  }

  #say(type) {
    const { opened, state } = this.link
    if (state !== "up" || !opened) return
    const { sitting, epoch } = opened
    this.#live.send(type === "presence" ? { type, sitting, epoch, visible: true } : { type, sitting, epoch })
  }

  #step(step) {
    this.dispatchEvent(new CustomEvent("step", { detail: step }))
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
