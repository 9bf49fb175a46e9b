// A booked test on the dashboard: when it opens, and once it is open the way to it, by
// the server's clock. It goes when the test is open on a page, or the seat is given up;
// when we change the time or place, the page is read anew.
const HAS = new Set(["booked", "attended"])
const TICK_MS = 1_000

export class ComingTest extends HTMLElement {
  #timer = 0
  #ahead = 0
  #gone = false

  connectedCallback() {
    this.#ahead = Date.parse(this.dataset.now) - Date.now()
    this.#gone = this.hidden
    this.#timer = setInterval(() => this.#render(), TICK_MS)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  // What is known of our seats and of the newest test; null: not yet.
  take(seats, exam) {
    const { seat, module, version } = this.dataset
    const mine = seats?.find((it) => it.seat === seat)
    if (version && mine?.version && mine.version !== version) return location.reload()
    const isGiven = mine !== undefined && !HAS.has(mine.state)
    const isOpen = Boolean(exam?.exam) && exam.module === module && exam.state !== "ended"
    this.#gone = isGiven || (exam ? isOpen : this.#gone)
    this.#render()
  }

  #render() {
    const now = Date.now() + this.#ahead
    const open = now >= Date.parse(this.dataset.opens)
    this.hidden = this.#gone || now > Date.parse(this.dataset.closes)
    for (const it of this.querySelectorAll("[data-part]")) it.hidden = (it.dataset.part === "open") !== open
  }
}

customElements.define("coming-test", ComingTest)
