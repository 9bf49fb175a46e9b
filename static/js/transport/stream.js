import { paceOf } from "../models/pace.js"
import { Whip } from "./whip.js"

// One stream to a media node: tells when it is up or down, and sends more while looked at.
const DISCONNECTED_MOST_MS = 3_000
const CONNECT_MOST_MS = 12_000
const BURST_MOST_MS = 4_000
const TURN_MOST_MS = 9_000

export class Stream extends EventTarget {
  #whip
  #timer = 0
  #burstTimer = 0
  #asked = false
  #looking = false
  #watched = false

  constructor(media, iceServers = []) {
    super()
    this.#whip = new Whip(media, iceServers)
    this.#whip.addEventListener("change", ({ detail }) => this.#changed(detail))
    this.#timer = setTimeout(() => this.#tell("down"), CONNECT_MOST_MS)
  }

  start(opened) {
    return this.#whip.start(opened)
  }

  path() {
    return this.#whip.path()
  }

  // `turning`: a turn of the head was asked, which takes longer to be seen. `watched`: a
  // proctor looks live.
  lookedAt({ looking, turning = false, watched = false }) {
    if (watched !== this.#watched) {
      this.#watched = watched
      this.#setPace()
    }
    if (looking === this.#asked) return
    this.#asked = looking
    clearTimeout(this.#burstTimer)
    this.#burst(looking)
    if (looking) this.#burstTimer = setTimeout(() => this.#burst(false), turning ? TURN_MOST_MS : BURST_MOST_MS)
  }

  end() {
    clearTimeout(this.#timer)
    clearTimeout(this.#burstTimer)
    this.#whip.end()
  }

  #burst(looking) {
    this.#looking = looking
    this.#setPace()
  }

  #setPace() {
    this.#whip.pace(paceOf({ looking: this.#looking, watched: this.#watched }))
  }

  #changed(state) {
    clearTimeout(this.#timer)
    if (state === "connected") this.#tell("up")
    else if (state === "failed" || state === "closed") this.#tell("down")
    else if (state === "disconnected") this.#timer = setTimeout(() => this.#tell("down"), DISCONNECTED_MOST_MS)
    else this.#timer = setTimeout(() => this.#tell("down"), CONNECT_MOST_MS)
  }

  #tell(type) {
    this.dispatchEvent(new Event(type))
  }
}
