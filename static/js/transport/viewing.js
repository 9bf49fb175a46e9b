import { isPassing } from "../models/viewing.js"
import { post, Refused } from "./api.js"
import { Whep } from "./whep.js"

// One proctor looks live at one sitting: asks, connects, renews, and ends with the page.
// `state` is idle, asking, connecting, live, again or over; `refusal` says what is wrong.
const RENEW_MS = 8_000
const CONNECT_MOST_MS = 10_000
const DISCONNECTED_MOST_MS = 3_000
const AGAIN_MS = 2_000
const TRIES = 8

export class Viewing extends EventTarget {
  state = "idle"
  refusal = null
  stream = null
  endsAt = null
  #run = 0
  #tries = 0
  #whep = null
  #view = null
  #renewing = 0
  #timer = 0
  #end = 0

  async start(sitting, reason) {
    this.stop()
    Object.assign(this, { refusal: null, endsAt: null, sitting, reason })
    this.#tries = 0
    await this.#look()
  }

  stop(state = "idle") {
    this.#hangUp()
    clearTimeout(this.#end)
    this.#to(state)
  }

  async #look() {
    const run = ++this.#run
    this.#to(this.#tries ? "again" : "asking")
    try {
      const opened = await post(`/api/wall/${this.sitting}/view`, { reason: this.reason })
      if (run !== this.#run) return leave(this.sitting, opened.view)
      this.#opened(opened)
      await this.#connect(opened)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (run === this.#run) this.#failed(error)
    }
  }

  #opened({ view, lasts_s }) {
    this.#view = view
    this.#renewing = setInterval(() => this.#renew(), RENEW_MS)
    if (this.endsAt !== null) return // a view that was asked for again ends when the first would
    this.endsAt = performance.now() + lasts_s * 1000
    this.#end = setTimeout(() => this.stop("over"), lasts_s * 1000)
  }

  async #connect(opened) {
    const whep = new Whep(opened.ice_servers)
    this.#whep = whep
    whep.addEventListener("change", ({ detail }) => whep === this.#whep && this.#changed(detail))
    this.#timer = setTimeout(() => this.#again(), CONNECT_MOST_MS)
    this.stream = whep.stream
    this.#to("connecting")
    await whep.start(opened)
  }

  #changed(link) {
    clearTimeout(this.#timer)
    if (link === "connected") {
      this.#tries = 0
      this.#to("live")
    } else if (link === "failed" || link === "closed") this.#again()
    else this.#timer = setTimeout(() => this.#again(), link === "disconnected" ? DISCONNECTED_MOST_MS : CONNECT_MOST_MS)
  }

  async #renew() {
    const run = this.#run
    const error = await post(`/api/wall/${this.sitting}/view/${this.#view}/renew`).then(() => null, (it) => it)
    if (run === this.#run && error?.code === "no_such_view") this.#again()
  }

  #failed(error) {
    if (isPassing(error.code) && this.#tries < TRIES) return this.#again()
    this.stop()
    this.refusal = error.detail
    this.#to("idle")
  }

  #again() {
    this.#hangUp()
    if (++this.#tries > TRIES) return this.stop()
    this.#to("again")
    this.#timer = setTimeout(() => this.#look(), AGAIN_MS)
  }

  #hangUp() {
    this.#run++
    clearTimeout(this.#timer)
    clearInterval(this.#renewing)
    this.#whep?.end()
    if (this.#view) leave(this.sitting, this.#view)
    this.#whep = this.#view = this.stream = null
  }

  #to(state) {
    this.state = state
    this.dispatchEvent(new Event("change"))
  }
}

// Also when the page goes; should it be lost, the view lapses by itself.
function leave(sitting, view) {
  post(`/api/wall/${sitting}/view/${view}/end`, undefined, { keepalive: true }).catch(() => {})
}
