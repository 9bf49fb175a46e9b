import { chosen } from "../models/exam-keys.js"
import { readWords } from "../models/exam-overview.js"

// One question: its text, its options or number, and its mark. Tells `answer` {place,
// answer, soon} and `flag` {place, flagged}. Texts are HTML that the server rendered.
const INPUTS = { single: "radio", multiple: "checkbox" }
const HINTS = { single: "Choose one.", multiple: "Choose all that are right.", numeric: "Write a number, such as 2.5." }

export class ExamQuestion extends HTMLElement {
  #question = null

  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.#changed(target))
    this.addEventListener("input", ({ target }) => target.dataset.part === "number" && this.#tell({ answer: target.value, soon: true }))
    this.addEventListener("click", ({ target }) => target.closest("[data-act=clear]") && this.#tell({ answer: null }))
  }

  get question() {
    return this.#question
  }

  // Shows another question, or this one again.
  show(question, count) {
    const { place, kind, text, options } = question
    if (question === this.#question) return
    this.#question = question
    this.#part("number-of").textContent = `Question ${place} of ${count}`
    this.#part("text").innerHTML = text
    this.#part("hint").textContent = HINTS[kind]
    const made = kind === "numeric" ? [] : options.map((html, number) => this.#option(kind, html, number))
    this.#part("options").replaceChildren(...made)
    this.#part("numeric").hidden = kind !== "numeric"
    this.#part("options").hidden = kind === "numeric"
  }

  // How it stands: answered with what, marked, allowed, and what is wrong with it.
  set({ answer, counts, flagged, enabled, problem }) {
    const { kind } = this.#question
    const number = this.#part("number")
    if (kind === "numeric" && document.activeElement !== number) number.value = answer ?? ""
    const picked = new Set([answer].flat())
    for (const input of this.#part("options").querySelectorAll("input")) input.checked = picked.has(Number(input.value))
    this.#part("flag").checked = flagged
    for (const it of this.querySelectorAll("input, [data-act=clear]")) it.disabled = !enabled
    this.#part("clear-line").hidden = kind !== "single" || answer === null
    number.setAttribute("aria-invalid", String(Boolean(problem)))
    const said = kind === "numeric" ? readWords(answer, counts, problem) : problem ? `Not saved: ${problem}` : ""
    const place = this.#part("problem")
    place.dataset.tone = problem ? "bad" : "calm"
    if (place.textContent !== said) place.textContent = said
  }

  // By key: option `number`, from 0. False: there is none.
  choose(number, before) {
    const answer = chosen(this.#question, before, number)
    if (answer === undefined) return false
    this.#part("options").querySelectorAll("input")[number].focus()
    this.#tell({ answer })
    return true
  }

  focusText() {
    this.#part("number-of").focus({ preventScroll: true })
    this.scrollIntoView({ block: "nearest" })
  }

  #option(kind, html, number) {
    const option = this.#part("option").content.cloneNode(true)
    const input = option.querySelector("input")
    Object.assign(input, { type: INPUTS[kind], value: String(number), name: "option" })
    option.querySelector("kbd").textContent = number < 9 ? String(number + 1) : ""
    option.querySelector("[data-part=words]").innerHTML = html
    return option
  }

  #changed(input) {
    if (input.dataset.part === "flag") return this.#send("flag", { flagged: input.checked })
    if (input.dataset.part === "number") return this.#tell({ answer: input.value })
    const picked = [...this.#part("options").querySelectorAll(":checked")].map(({ value }) => Number(value))
    this.#tell({ answer: this.#question.kind === "single" ? (picked[0] ?? null) : picked })
  }

  #tell(detail) {
    this.#send("answer", detail)
  }

  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { place: this.#question.place, ...detail } }))
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`)
  }
}

customElements.define("exam-question", ExamQuestion)
