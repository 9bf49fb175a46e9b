import { meaning, move } from "../models/keys.js"

// The queue by keyboard: j and k walk through it, Enter opens as any link does.
export class ReviewQueue extends HTMLElement {
  #life = null

  connectedCallback() {
    this.#life = new AbortController()
    document.addEventListener("keydown", (event) => {
      const go = meaning(event, event.target)?.go
      if (!go) return
      event.preventDefault()
      const links = [...this.querySelectorAll("a")]
      const at = links.indexOf(document.activeElement)
      links[at < 0 ? 0 : move(at, go === "after" ? 1 : -1, links.length)].focus()
    }, { signal: this.#life.signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }
}

customElements.define("review-queue", ReviewQueue)
