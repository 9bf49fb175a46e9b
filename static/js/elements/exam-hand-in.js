import { handInWords } from "../models/exam-overview.js"

// Asks once more before a test is handed in, and says what is open. Tells `hand-in`.
export class ExamHandIn extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const word = target.closest("[data-act]")?.dataset.act
      if (word === "stay") this.close()
      if (word === "sure") this.dispatchEvent(new CustomEvent("hand-in", { bubbles: true }))
    })
  }

  get isOpen() {
    return this.#dialog.open
  }

  ask(cells, waiting) {
    const lines = handInWords(cells, waiting).map((words) => Object.assign(document.createElement("li"), { textContent: words }))
    this.querySelector("ul").replaceChildren(...lines)
    this.problem("")
    if (!this.isOpen) this.#dialog.showModal()
  }

  // Why it was not handed in; it may be pressed again.
  problem(words, { busy = false } = {}) {
    this.querySelector("[role=alert]").textContent = words
    this.querySelector("[data-act=sure]").disabled = busy
  }

  close() {
    if (this.isOpen) this.#dialog.close()
  }

  get #dialog() {
    return this.querySelector("dialog")
  }
}

customElements.define("exam-hand-in", ExamHandIn)
