import { Backoff } from "../models/backoff.js"
import { FINAL } from "../models/finality.js"
import { post, Refused } from "./api.js"
import { CameraProblem, openCamera } from "./camera.js"
import { Stream } from "./stream.js"

// From camera to media node: opens the sitting and its stream, and keeps trying.
// `state` is idle, connecting, up or lost; `camera` and `refusal` say what is wrong.

export class Link extends EventTarget {
  state = "idle"
  camera = null
  refusal = null
  opened = null
  media = null
  #stream = null
  #timer = 0
  #attempt = 0

  // `ask(options)` asks our server for a way in: sitting, epoch, whip, ticket; `first()`:
  // whether before the camera, as there is more to it than video.
  constructor(ask, { first = () => false, mostMs = 8000 } = {}) {
    super()
    Object.assign(this, { ask, first, backoff: new Backoff({ mostMs }) })
  }

  async open({ instead = false, resume = false } = {}) {
    const attempt = ++this.#attempt
    this.hangUp()
    Object.assign(this, { state: "connecting", camera: null })
    this.#changed()
    try {
      const asked = this.first() && await this.ask({ instead })
      if (attempt !== this.#attempt) return
      await this.#openCamera()
      const opened = asked || await this.ask({ instead })
      if (attempt !== this.#attempt) return
      this.opened = opened
      if (resume) await post(`/api/sittings/${opened.sitting}/resume`)
      this.#stream = new Stream(this.media, opened.ice_servers)
      this.#follow(this.#stream)
      await this.#stream.start(opened)
    } catch (error) {
      if (attempt === this.#attempt) this.#refused(error)
    }
  }

  close() {
    this.#attempt++
    this.hangUp()
    this.media?.getTracks().forEach((track) => track.stop())
    Object.assign(this, { state: "idle", media: null })
    this.#changed()
  }

  hangUp() {
    clearTimeout(this.#timer)
    this.#stream?.end()
    this.#stream = null
  }

  // "direct" or "relay" while video flows; else null.
  async path() {
    return this.#stream?.path() ?? null
  }

  lookedAt(seen) {
    this.#stream?.lookedAt(seen)
  }

  #refused(error) {
    if (error instanceof CameraProblem) {
      this.camera = error.problem
      this.state = "idle"
    } else if (!(error instanceof Refused)) {
      throw error
    } else if (FINAL.has(error.code)) {
      this.refusal = error
      this.dispatchEvent(new Event("final"))
    } else {
      this.refusal = error.code === "offline" ? null : error
      this.again()
    }
    this.#changed()
  }

  async #openCamera() {
    if (this.media?.getVideoTracks()[0]?.readyState === "live") return
    this.media = await openCamera()
    this.media.getVideoTracks()[0].onended = () => {
      this.hangUp()
      Object.assign(this, { camera: "lost", state: "idle" })
      this.#changed()
    }
    this.#changed()
  }

  #follow(stream) {
    stream.addEventListener("up", () => stream === this.#stream && this.#isUp())
    stream.addEventListener("down", () => stream === this.#stream && this.again())
  }

  #isUp() {
    this.backoff.reset()
    Object.assign(this, { state: "up", refusal: null })
    this.dispatchEvent(new Event("up"))
    this.#changed()
  }

  again(laterMs = 0) {
    this.hangUp()
    this.state = "lost"
    this.#timer = setTimeout(() => this.open(), this.backoff.next() + laterMs)
    this.#changed()
  }

  #changed() {
    this.dispatchEvent(new Event("change"))
  }
}
