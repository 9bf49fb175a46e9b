import { post, Refused } from "./api.js"
import { Activity } from "./activity.js"
import { Link } from "./link.js"
import { moveWhenTold } from "./moving.js"

// Studying on this page: what the student wants, and what the server says of it.
const PRESENCE_EVERY_MS = 3_000

export class Desk extends EventTarget {
  wanted = false
  latest = { sitting: null, ended: null, hours: [] }

  constructor(module, live, signal) {
    super()
    Object.assign(this, { module, live, link: new Link(({ instead }) => post("/api/sittings", { module, instead })) })
    this.activity = new Activity()
    this.activity.follow(signal)
    const changed = () => this.dispatchEvent(new Event("change"))
    this.link.addEventListener("change", changed, { signal })
    this.link.addEventListener("final", () => this.stop(), { signal })
    this.link.addEventListener("up", () => this.#sayStreaming(), { signal })
    moveWhenTold(live, this.link, signal)
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    for (const type of ["open", "closed"]) live.addEventListener(type, changed, { signal })
    document.addEventListener("visibilitychange", () => this.#sayPresence(), { signal })
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#cameraCame(), { signal })
    addEventListener("pagehide", () => this.link.hangUp(), { signal })
    const timer = setInterval(() => this.#sayPresence(), PRESENCE_EVERY_MS)
    signal.addEventListener("abort", () => { clearInterval(timer); this.stop() })
  }

  // The open sitting, if it is of this page's module.
  get sitting() {
    const { sitting } = this.latest
    return sitting?.module === this.module && sitting.kind !== "exam" ? sitting : null
  }

  // Whether this page is the one that may write to it.
  get mine() {
    const { opened } = this.link
    return opened !== null && this.sitting?.id === opened.sitting && this.sitting.epoch <= opened.epoch
  }

  start(options = {}) {
    this.wanted = true
    this.activity.note()
    this.link.refusal = null
    sessionStorage.setItem("studying", this.module)
    return this.link.open(options)
  }

  stop() {
    this.wanted = false
    sessionStorage.removeItem("studying")
    this.link.close()
  }

  async act(word) {
    const id = this.sitting?.id
    if (!id) return
    try {
      await post(`/api/sittings/${id}/${word}`)
      if (word === "pause") this.stop()
    } catch (error) {
      // Refused, since the sitting has moved on meanwhile: the next state says where it is.
      if (!(error instanceof Refused)) throw error
    }
  }

  tryAgain() {
    const { link } = this
    const streaming = link.state === "up" && this.mine && !link.camera && !link.refusal
    return streaming ? this.act("retry") : this.start()
  }

  #take(state) {
    this.latest = { ...state, at: performance.now() }
    if (this.wanted && this.link.state === "up") {
      if (this.sitting === null) this.stop()
      else if (this.sitting.epoch > this.link.opened.epoch) this.#takenOver()
      else if (this.sitting.reason === "inactive") this.stop()
    }
    const mine = this.mine ? this.sitting : {}
    this.link.lookedAt({ looking: Boolean(mine.looking), turning: Boolean(mine.asked), watched: Boolean(mine.watched_since) })
    this.dispatchEvent(new Event("change"))
  }

  #takenOver() {
    this.stop()
    this.link.opened = null
    this.wanted = true // so that the page says where it goes on, and offers to go on here
  }

  #cameraCame() {
    if (this.link.camera && this.wanted) this.start()
  }

  #sayStreaming() {
    const { sitting, epoch } = this.link.opened
    this.live.send({ type: "streaming", sitting, epoch })
    this.#sayPresence()
  }

  #sayPresence() {
    if (this.link.state !== "up") return
    const { sitting, epoch } = this.link.opened
    const visible = document.visibilityState === "visible"
    const topic = document.querySelector("topic-pages .topic")?.dataset.topic
    this.live.send({ type: "presence", sitting, epoch, visible, active: this.activity.take(), topic })
  }
}
