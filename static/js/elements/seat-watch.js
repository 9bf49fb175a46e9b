import { Backoff } from "../models/backoff.js"
import { news } from "../models/seats.js"
import { Live } from "../transport/live.js"
import { fresh } from "../transport/page.js"

// Keeps what a page says of one's seats true: asks for it anew when something changed,
// and says once what it was.
const PART = "[data-part=fresh]"
const AFTER_OVER_MS = 1_500

export class SeatWatch extends HTMLElement {
  #life = null
  #asking = false
  #again = false
  #latest = null
  #words = ""
  #backoff = new Backoff()

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const live = new Live(["seats:me"])
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
    this.addEventListener("say", ({ detail }) => this.#say(detail), { signal })
    this.addEventListener("over", () => this.#over(), { signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #take(state) {
    this.#latest = state
    const { words, stale } = news(this.#known(), this.#mine(state), this.#titles())
    if (!stale) return
    this.#words = words
    this.#refresh()
  }

  // On the page of one seat only what is of its module, and no lines, matters.
  #mine(state) {
    const { module } = this.dataset
    return module ? { seats: state.seats.filter((it) => it.module === module), lines: [] } : state
  }

  #known() {
    const known = JSON.parse(this.querySelector(PART).dataset.known)
    return this.dataset.module ? { ...known, lines: {} } : known
  }

  #titles() {
    return JSON.parse(this.dataset.titles ?? "{}")
  }

  // The page says by itself that the time is over; then it asks what became of the seat.
  #over() {
    for (const it of this.querySelectorAll("[data-part=while]")) it.hidden = true
    for (const it of this.querySelectorAll("[data-part=over]")) it.hidden = false
    setTimeout(() => this.#refresh(), AFTER_OVER_MS)
  }

  async #refresh() {
    if (this.#asking) return void (this.#again = true)
    this.#asking = true
    try {
      const part = await fresh(PART, this.#life.signal)
      if (part) this.#show(part)
      this.#backoff.reset()
    } catch {
      if (!this.#life.signal.aborted) setTimeout(() => this.#refresh(), this.#backoff.next())
    }
    this.#asking = false
    if (!this.#again) return
    this.#again = false
    if (this.#latest) this.#take(this.#latest)
  }

  #show(part) {
    const old = this.querySelector(PART)
    const held = old.contains(document.activeElement)
    old.replaceWith(part)
    if (held) (part.querySelector("h1") ?? document.querySelector("main")).focus()
    if (this.#words) this.#say(this.#words)
    this.#words = ""
  }

  #say(words) {
    this.querySelector("[data-part=told]").textContent = words
  }
}

customElements.define("seat-watch", SeatWatch)
