import { inWords } from "../models/times.js"

// A moment in the reader's own time; without script, as the server wrote it.
export class LocalTime extends HTMLElement {
  connectedCallback() {
    const at = new Date(this.getAttribute("datetime"))
    if (Number.isNaN(at.getTime())) return
    this.title = at.toISOString()
    this.textContent = inWords(at, new Date(), undefined, { exact: this.hasAttribute("exact") })
  }
}

customElements.define("local-time", LocalTime)
