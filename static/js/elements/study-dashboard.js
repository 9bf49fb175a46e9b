import { nextStep, testWord } from "../models/next.js"
import { Live } from "../transport/live.js"

// Progress of every module, live, and the one thing to do next.
export class StudyDashboard extends HTMLElement {
  #life = null
  #student = null
  #seats = null
  #exam = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const live = new Live(["student:me", "seats:me", "exam:me"])
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  // Three states come: of hours and sittings, of a test, and of seats.
  #take(state) {
    if ("exam" in state) this.#exam = state
    else if (state.seats) this.#seats = state.seats
    else this.#student = state
    if (this.#student) this.#render(this.#student)
  }

  #render({ hours, sitting }) {
    for (const it of hours) this.querySelector(`module-progress[data-module="${CSS.escape(it.module)}"]`)?.show(it)
    const own = [...this.querySelectorAll("[data-mine]")].map(({ dataset }) => ({ module: dataset.mine, ...dataset }))
    const unpicked = [...this.querySelectorAll("[data-unpicked]")].map(({ dataset }) => dataset.set)
    const next = nextStep(hours, sitting, own, unpicked, this.#seats, this.#exam)
    for (const it of this.querySelectorAll("coming-test")) it.take(this.#seats, this.#exam)
    this.#tests(hours)
    const place = this.querySelector("[data-part=next]")
    place.hidden = next === null
    if (next === null) return
    place.querySelector("[data-part=next-text]").textContent = next.text
    place.querySelector("[data-part=next-hint]").textContent = next.hint
    const link = place.querySelector("[data-part=next-link]")
    link.href = next.href
    link.textContent = next.word
  }

  #tests(hours) {
    for (const link of this.querySelectorAll("[data-book]")) {
      const { book: module, title, settled } = link.dataset
      const word = testWord(module, hours.find((it) => it.module === module), this.#seats ?? [], Boolean(settled))
      link.hidden = word === null
      const unseen = Object.assign(document.createElement("span"), { className: "unseen", textContent: `: ${title}` })
      if (word && link.firstChild.textContent !== word) link.replaceChildren(word, unseen)
    }
  }
}

customElements.define("study-dashboard", StudyDashboard)
