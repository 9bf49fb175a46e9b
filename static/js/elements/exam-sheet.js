import { asClock } from "../models/sheet.js"
import { Exam } from "../transport/exam.js"

const WORDS = {
  ready: "Look into the camera: the test begins once you are recognised.", running: "Your test is running.",
  paused: "A proctor has paused your test. The clock stands still.", ended: "Your test has ended. What was saved counts.",
}
const INPUTS = { single: "radio", multiple: "checkbox", numeric: "text" }

// A plain test page: what is said, the clock, and a fieldset a question.
export class ExamSheet extends HTMLElement {
  #life = null
  #exam = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const { seat, module } = this.dataset
    this.#exam = new Exam(seat ? { seat } : { module }, signal)
    this.#exam.addEventListener("change", () => this.#render(), { signal })
    this.#exam.addEventListener("paper", () => this.#renderPaper(), { signal })
    this.addEventListener("click", ({ target }) => this.#act(target.closest("[data-act]")?.dataset.act), { signal })
    this.addEventListener("change", ({ target }) => this.#answer(target), { signal })
    const timer = setInterval(() => this.#tick(), 500)
    signal.addEventListener("abort", () => clearInterval(timer))
    this.#part("[data-act=open]").disabled = false
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #act(word) {
    if (word === "open") this.#exam.link.open()
    if (word === "hand-in") this.#exam.handIn()
  }

  #answer(input) {
    const field = input.closest("fieldset")
    const place = Number(field.dataset.place)
    if (input.dataset.part === "flag") return this.#exam.flag(place, input.checked)
    const chosen = [...field.querySelectorAll("[data-part=options] :checked")].map(({ value }) => Number(value))
    return this.#exam.answer(place, { single: chosen[0] ?? null, multiple: chosen, numeric: input.value }[field.dataset.kind])
  }

  #render() {
    const { link, state, trouble } = this.#exam
    const camera = link.camera ? "Your camera cannot be opened. Allow it in the browser, then press Open." : ""
    const said = trouble || link.refusal?.detail || camera || WORDS[state?.state]
    if (said) this.#put("said", said)
    this.#put("kept", this.#exam.kept)
    const video = this.#part("video")
    if (video.srcObject !== link.media) video.srcObject = link.media
    if (link.media) video.play().catch(() => {})
    this.#part("[data-act=open]").hidden = link.state !== "idle" || state?.state === "ended"
    this.#part("[data-act=hand-in]").hidden = state?.state !== "running"
    this.#tick()
  }

  #renderPaper() {
    this.#part("[data-part=questions]").replaceChildren(...this.#exam.questions.map((it) => this.#question(it)))
  }

  #question({ place, kind, text, options, answer, flagged }) {
    const item = this.#part("template").content.cloneNode(true)
    item.querySelector("legend").textContent = text
    Object.assign(item.querySelector("fieldset").dataset, { place, kind })
    item.querySelector("[data-part=flag]").checked = flagged
    const chosen = new Set([answer].flat())
    const inputs = (kind === "numeric" ? [""] : options).map((words, number) => {
      const label = document.createElement("label")
      const value = kind === "numeric" ? (answer ?? "") : number
      const input = Object.assign(document.createElement("input"), { type: INPUTS[kind], name: `place-${place}`, value })
      input.checked = kind !== "numeric" && chosen.has(number)
      label.append(input, ` ${words}`)
      return label
    })
    item.querySelector("[data-part=options]").append(...inputs)
    return item
  }

  #tick() {
    const { left } = this.#exam
    this.#put("clock", left === null ? "" : asClock(left))
  }

  #put(name, words) {
    const place = this.#part(`[data-part=${name}]`)
    if (place.textContent !== words) place.textContent = words
  }

  #part(selector) {
    return this.querySelector(selector)
  }
}

customElements.define("exam-sheet", ExamSheet)
