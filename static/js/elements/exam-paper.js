import { cells } from "../models/exam-overview.js"
import { move } from "../models/keys.js"
import { keep, kept } from "../transport/keeping.js"
import { followKeys } from "./exam-keys.js"

// The paper: one question at a time, the way between them, and all at a glance.
export class ExamPaper extends HTMLElement {
  #exam = null
  #at = -1
  #enabled = false

  follow(exam, signal) {
    this.#exam = exam
    const on = (type, act) => this.addEventListener(type, act, { signal })
    on("answer", ({ detail }) => exam.answering.answer(detail.place, detail.answer, detail))
    on("flag", ({ detail }) => exam.answering.flag(detail.place, detail.flagged))
    on("go", ({ detail }) => this.#go(exam.questions.findIndex(({ place }) => place === detail.place)))
    on("click", ({ target }) => {
      const word = target.closest("[data-act]")?.dataset.act
      if (word === "previous" || word === "next") this.#go(this.#at + (word === "next" ? 1 : -1))
    })
    followKeys(this.querySelector("[data-part=keys]"), signal, (word) => this.#key(word))
  }

  get cells() {
    return cells(this.#exam.questions, this.#exam.answering.sheet, this.#question?.place)
  }

  render(enabled) {
    const { questions, answering, state, elsewhere } = this.#exam
    this.hidden = questions.length === 0 || elsewhere || state?.state === "paused"
    if (this.hidden) return
    this.#enabled = enabled
    if (this.#at < 0) this.#begin()
    const [question, shown] = [this.#question, this.querySelector("exam-question")]
    const { place } = question
    shown.show(question, questions.length)
    shown.set({ answer: answering.sheet.answerOf(place), flagged: answering.sheet.isFlagged(place), enabled, counts: answering.sheet.countsOf(place), problem: answering.sheet.problems.get(place) })
    this.querySelector("exam-overview").show(this.cells)
    this.querySelector("[data-act=previous]").disabled = this.#at === 0
    this.querySelector("[data-act=next]").disabled = this.#at === questions.length - 1
    this.querySelector("[data-act=hand-in]").disabled = !enabled
  }

  get #question() {
    return this.#exam.questions[this.#at]
  }

  get #name() {
    return `exam-place:${this.#exam.state.exam}`
  }

  // On with the question where one was on this device, or the first that is open.
  #begin() {
    const open = this.cells.findIndex(({ answered }) => !answered)
    this.#at = move(kept(this.#name) ?? Math.max(0, open), 0, this.#exam.questions.length)
  }

  #go(to) {
    const at = move(to, 0, this.#exam.questions.length)
    const moved = at !== this.#at
    this.#at = at
    keep(this.#name, at)
    this.render(this.#enabled)
    if (moved || !this.querySelector("exam-question").contains(document.activeElement)) this.querySelector("exam-question").focusText()
  }

  // True: the key meant something here.
  #key(word) {
    if (this.hidden || document.querySelector("dialog[open]")) return false
    const { sheet } = this.#exam.answering
    const { place } = this.#question
    if (word.go) this.#go(this.#at + word.go)
    else if (word === "overview") this.querySelector("exam-overview").focusCurrent()
    else if (!this.#enabled) return false
    else if (word === "hand-in") this.querySelector("[data-act=hand-in]").click()
    else if (word === "flag") this.#exam.answering.flag(place, !sheet.isFlagged(place))
    else return this.querySelector("exam-question").choose(word.choose, sheet.answerOf(place))
    return true
  }
}

customElements.define("exam-paper", ExamPaper)
