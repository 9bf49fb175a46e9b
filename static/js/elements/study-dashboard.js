import { nextStep } from "../models/next.js"
import { Live } from "../transport/live.js"

// Progress of every module, live, and the one thing to do next.
export class StudyDashboard extends HTMLElement {
  #life = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const live = new Live(["student:me"])
    live.addEventListener("state", ({ detail }) => this.#render(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #render({ hours, sitting }) {
    for (const it of hours) this.querySelector(`module-progress[data-module="${CSS.escape(it.module)}"]`)?.show(it)
    const own = [...this.querySelectorAll("[data-mine]")].map(({ dataset }) => ({ module: dataset.mine, ...dataset }))
    const unpicked = [...this.querySelectorAll("[data-unpicked]")].map(({ dataset }) => dataset.set)
    const next = nextStep(hours, sitting, own, unpicked)
    const place = this.querySelector("[data-part=next]")
    place.hidden = next === null
    if (next === null) return
    place.querySelector("[data-part=next-text]").textContent = next.text
    place.querySelector("[data-part=next-hint]").textContent = next.hint
    const link = place.querySelector("[data-part=next-link]")
    link.href = next.href
    link.textContent = next.word
  }
}

customElements.define("study-dashboard", StudyDashboard)
