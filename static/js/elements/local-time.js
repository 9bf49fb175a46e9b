import { inWords } from "../models/times.js"

// A moment in the time of the reader's account, else of the browser; without script, as the server wrote it.
export class LocalTime extends HTMLElement {
  connectedCallback() {
    const at = new Date(this.getAttribute("datetime"))
    if (Number.isNaN(at.getTime())) return
    this.title = at.toISOString()
    const { zone } = document.documentElement.dataset
    this.textContent = inWords(at, new Date(), undefined, { exact: this.hasAttribute("exact"), zone })
  }
}

customElements.define("local-time", LocalTime)
