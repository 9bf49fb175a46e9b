import { asClock, tone, warning } from "../models/exam-time.js"

// What is left, by the server's clock. Tells `say` with words at the warnings and the end.
export class ExamClock extends HTMLElement {
  #before = null

  show(left, warnAt) {
    const words = warning(this.#before, left, warnAt)
    const shown = left === null ? "" : asClock(left)
    const place = this.querySelector("[data-part=left]")
    if (place.textContent !== shown) place.textContent = shown
    this.hidden = left === null
    this.dataset.tone = tone(left, warnAt)
    this.#before = left
    if (words) this.dispatchEvent(new CustomEvent("say", { bubbles: true, detail: words }))
  }
}

customElements.define("exam-clock", ExamClock)
