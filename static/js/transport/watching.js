import { post } from "./api.js"
import { Link } from "./link.js"
import { Live } from "./live.js"
import { moveWhenTold } from "./moving.js"

// Camera and socket of a page where a test is sat. Tells `change`, `line` (the socket
// opened or closed), `exam` (a state of the test) and `seats`.
const PRESENCE_EVERY_MS = 3_000
const MOST_MS = 15_000 // between two tries: each opens the test anew

export class Watching extends EventTarget {
  sitting = null
  messages = []

  // `ask` and `first` as in Link.
  constructor(ask, first, signal) {
    super()
    Object.assign(this, { live: new Live(["student:me", "exam:me", "seats:me"]), link: new Link(ask, { first, mostMs: MOST_MS }) })
    const on = (target, type, act) => target.addEventListener(type, act, { signal })
    on(this.live, "state", ({ detail }) => this.#take(detail))
    for (const type of ["open", "closed"]) on(this.live, type, () => this.#tell("line"))
    moveWhenTold(this.live, this.link, signal)
    on(this.live, "open", () => this.#streams())
    on(this.link, "up", () => this.#streams())
    on(this.link, "change", () => this.#tell("change"))
    on(document, "visibilitychange", () => this.#say("presence", this.#seen))
    on(globalThis, "pagehide", () => this.link.hangUp())
    if (navigator.mediaDevices) on(navigator.mediaDevices, "devicechange", () => this.link.camera && this.open())
    const timer = setInterval(() => this.#say("presence", this.#seen), PRESENCE_EVERY_MS)
    signal.addEventListener("abort", () => { clearInterval(timer); this.link.close() })
    this.live.open(signal)
  }

  open() {
    this.link.refusal = null
    return this.link.open()
  }

  // Asks for a look now, or connects anew where no video flows.
  retry() {
    return this.link.state === "up" ? post(`/api/sittings/${this.link.opened.sitting}/retry`).catch(() => {}) : this.open()
  }

  close() {
    if (this.link.state !== "idle") this.link.close()
  }

  get #seen() {
    return { visible: document.visibilityState === "visible" }
  }

  #take(state) {
    if ("exam" in state) return this.#tell("exam", state)
    if ("seats" in state) return this.#tell("seats", state.seats)
    const { sitting, messages = [] } = state
    Object.assign(this, { sitting: sitting?.kind === "exam" ? sitting : null, messages })
    this.link.lookedAt({ looking: Boolean(sitting?.looking), turning: Boolean(sitting?.asked), watched: Boolean(sitting?.watched_since) })
    this.#tell("change")
  }

  #streams() {
    this.#say("streaming")
    this.#say("presence", this.#seen)
  }

  #say(type, more = {}) {
    if (this.link.state !== "up") return
    const { sitting, epoch } = this.link.opened
    this.live.send({ type, sitting, epoch, ...more })
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
