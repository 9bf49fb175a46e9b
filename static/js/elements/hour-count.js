import { asClock, shownHours } from "../models/clock.js"

const TICK_MS = 500

// The count of one module: ticks between states, never ahead of what the server allows.
export class HourCount extends HTMLElement {
  #hours = null
  #counting = false
  #at = 0
  #timer = 0

  connectedCallback() {
    this.#timer = setInterval(() => this.#render(), TICK_MS)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  show(hours, { counting, at }) {
    this.#hours = hours
    this.#counting = counting
    this.#at = at
    this.#render()
  }

  #render() {
    if (!this.#hours) return
    const shown = shownHours(this.#hours, { counting: this.#counting, sinceMs: performance.now() - this.#at })
    this.#put("confirmed", shown.confirmed_s)
    this.#put("provisional", shown.provisional_s)
    this.querySelector("module-progress").show({ ...this.#hours, ...shown })
  }

  #put(name, seconds) {
    const place = this.querySelector(`[data-testid=${name}]`)
    place.textContent = asClock(seconds)
    place.dataset.seconds = seconds.toFixed(1)
  }
}

customElements.define("hour-count", HourCount)
