import { until } from "../models/countdown.js"

// Ticks towards a moment: "in 2 h 05 min". Says nothing once it is past.
export class ClosingCountdown extends HTMLElement {
  #timer = 0

  connectedCallback() {
    this.#render()
    this.#timer = setInterval(() => this.#render(), 1_000)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #render() {
    const left = until(Date.parse(this.getAttribute("datetime")), Date.now())
    const text = left ? `${this.dataset.word ?? "in"} ${left}` : "now"
    if (this.textContent !== text) this.textContent = text
  }
}

customElements.define("closing-countdown", ClosingCountdown)
