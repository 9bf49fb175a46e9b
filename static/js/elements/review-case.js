import { meaning } from "../models/keys.js"

// One incident by keyboard: choose, say why, decide, go on. Everything works by mouse, too.
export class ReviewCase extends HTMLElement {
  #life = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    document.addEventListener("keydown", (event) => this.#act(meaning(event, event.target), event), { signal })
    this.addEventListener("click", ({ target }) => target.closest(".enlarge") && this.#enlarge(), { signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #act(what, event) {
    if (what === null) return
    event.preventDefault()
    const form = this.querySelector("form.decide")
    if (what === "enlarge") return this.#enlarge()
    if (what.go) return this.dataset[what.go] && location.assign(`/incidents/${this.dataset[what.go]}`)
    if (form === null) return
    if (what === "decide") form.requestSubmit()
    if (what === "reason") form.elements.reason.focus()
    if (what.choose) form.querySelector(`[data-key="${what.choose}"]`)?.click()
  }

  #enlarge() {
    this.toggleAttribute("data-large")
  }
}

customElements.define("review-case", ReviewCase)
