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
    const current = sitting ? hours.find(({ module }) => module === sitting.module) : null
    const begun = hours.filter((it) => it.confirmed_s > 0 && it.confirmed_s < it.required_s)
    const next = current ?? begun[0] ?? hours[0]
    const notice = this.querySelector("[data-part=next]")
    if (!notice || !next) return
    notice.hidden = false
    notice.querySelector("[data-part=next-text]").textContent = current ? `Your sitting in ${next.title} is open.` : `Next: ${next.title}.`
    const link = notice.querySelector("[data-part=next-link]")
    link.href = `/study/${next.module}`
    link.textContent = current || next.confirmed_s > 0 ? "Continue" : "Begin"
  }
}

customElements.define("study-dashboard", StudyDashboard)
