import { Backoff } from "../models/backoff.js"
import { post, Refused } from "./api.js"
import { CameraProblem, openCamera } from "./camera.js"
import { Stream } from "./stream.js"

// Studying on this page: camera, stream and sitting, always led back to running.
const PRESENCE_EVERY_MS = 3_000
const FINAL = new Set(["sitting_open_elsewhere", "no_reference", "forbidden", "no_such_module", "failed"])

export class Desk extends EventTarget {
  wanted = false
  camera = null
  refusal = null
  link = "idle"
  latest = { sitting: null, ended: null, hours: [] }
  #opened = null
  #media = null
  #stream = null
  #backoff = new Backoff()
  #timer = 0
  #attempt = 0

  constructor(module, live, signal) {
    super()
    Object.assign(this, { module, live, signal })
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    live.addEventListener("open", () => this.#changed(), { signal })
    live.addEventListener("closed", () => this.#changed(), { signal })
    document.addEventListener("visibilitychange", () => this.#sayPresence(), { signal })
    navigator.mediaDevices?.addEventListener("devicechange", () => this.camera && this.wanted && this.start(), { signal })
    addEventListener("pagehide", () => this.#hangUp(), { signal })
    const timer = setInterval(() => this.#sayPresence(), PRESENCE_EVERY_MS)
    signal.addEventListener("abort", () => { clearInterval(timer); this.stop() })
  }

  get sitting() {
    const { sitting } = this.latest
    return sitting?.module === this.module ? sitting : null
  }

  get mine() {
    return this.#opened !== null && this.sitting?.id === this.#opened.sitting && this.sitting.epoch <= this.#opened.epoch
  }

  get media() {
    return this.#media
  }

  async start({ instead = false, resume = false } = {}) {
    Object.assign(this, { wanted: true, camera: null, refusal: null })
    sessionStorage.setItem("studying", this.module)
    await this.#connect({ instead, resume })
  }

  stop() {
    this.wanted = false
    sessionStorage.removeItem("studying")
    this.#hangUp()
    this.#media?.getTracks().forEach((track) => track.stop())
    Object.assign(this, { link: "idle" })
    this.#media = null
    this.#changed()
  }

  async act(word) {
    const id = this.sitting?.id
    if (!id) return
    try {
      await post(`/api/sittings/${id}/${word}`)
      if (word === "pause") this.stop()
    } catch (error) {
      this.#refused(error)
    }
  }

  tryAgain() {
    const looking = this.link === "up" && this.mine && !this.camera && !this.refusal
    return looking ? this.act("retry") : this.start()
  }

  async #connect({ instead = false, resume = false } = {}) {
    const attempt = ++this.#attempt
    this.#hangUp()
    this.link = "connecting"
    this.#changed()
    try {
      await this.#openCamera()
      const opened = await post("/api/sittings", { module: this.module, instead }, { signal: this.signal })
      if (attempt !== this.#attempt || !this.wanted) return
      this.#opened = opened
      if (resume) await post(`/api/sittings/${opened.sitting}/resume`)
      const stream = new Stream(this.#media)
      this.#stream = stream
      stream.addEventListener("up", () => stream === this.#stream && this.#isUp())
      stream.addEventListener("down", () => stream === this.#stream && this.#again())
      await stream.start(opened)
    } catch (error) {
      if (attempt === this.#attempt) this.#refused(error)
    }
  }

  async #openCamera() {
    if (this.#media?.getVideoTracks()[0]?.readyState === "live") return
    this.#media = await openCamera()
    const [track] = this.#media.getVideoTracks()
    track.onended = () => { this.camera = "lost"; this.#hangUp(); this.#changed() }
    this.#changed()
  }

  #isUp() {
    this.#backoff.reset()
    this.link = "up"
    const { sitting, epoch } = this.#opened
    this.live.send({ type: "streaming", sitting, epoch })
    this.#sayPresence()
    this.#changed()
  }

  #again() {
    if (!this.wanted || this.signal.aborted) return
    this.#hangUp()
    this.link = "lost"
    this.#timer = setTimeout(() => this.wanted && this.#connect(), this.#backoff.next())
    this.#changed()
  }

  #refused(error) {
    if (error instanceof CameraProblem) this.camera = error.problem
    else if (!(error instanceof Refused)) throw error
    else if (FINAL.has(error.code)) { this.refusal = error; this.stop() }
    else if (this.wanted) { this.refusal = error.code === "offline" ? null : error; this.#again() }
    this.#changed()
  }

  #hangUp() {
    clearTimeout(this.#timer)
    this.#stream?.end()
    this.#stream = null
  }

  #take(state) {
    this.latest = { ...state, at: performance.now() }
    const taken = this.#opened && this.sitting && this.sitting.epoch > this.#opened.epoch
    if (this.wanted && this.link === "up") {
      this.refusal = null
      if (taken || this.sitting === null) this.#handedOver(taken)
    }
    this.#stream?.lookedAt(this.mine && this.sitting.looking)
    this.#changed()
  }

  #handedOver(taken) {
    this.stop()
    this.wanted = Boolean(taken) // shows that it goes on elsewhere
    if (taken) this.link = "idle"
    this.#opened = null
  }

  #sayPresence() {
    if (!this.#opened || this.link !== "up") return
    const { sitting, epoch } = this.#opened
    this.live.send({ type: "presence", sitting, epoch, visible: document.visibilityState === "visible" })
  }

  #changed() {
    this.dispatchEvent(new Event("change"))
  }
}
