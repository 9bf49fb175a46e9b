import { asCountdown, said, secondsLeft, tone } from "../models/holding.js"

// Ticks to the end of a hold or offer by the server's clock. Says what is to be said by
// events "say" (detail: words) and "over".
export class SeatCountdown extends HTMLElement {
  #timer = 0
  #left = Infinity
  #ahead = 0

  connectedCallback() {
    this.#ahead = Date.parse(this.dataset.now) - Date.now()
    this.setAttribute("role", "timer")
    this.#left = this.#now()
    this.#render()
    this.#timer = setInterval(() => this.#tick(), 250)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #now() {
    return secondsLeft(Date.parse(this.getAttribute("datetime")), Date.now() + this.#ahead)
  }

  #tick() {
    const before = this.#left
    this.#left = this.#now()
    if (this.#left === before) return
    this.#render()
    const words = said(before, this.#left)
    if (words) this.#tell("say", words)
    if (this.#left > 0) return
    clearInterval(this.#timer)
    this.#tell("over")
  }

  #render() {
    this.textContent = asCountdown(this.#left)
    this.dataset.tone = tone(this.#left)
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }))
  }
}

customElements.define("seat-countdown", SeatCountdown)
