// Says that the page is cut off, once it has been for a moment.
const PATIENCE_MS = 1_500

export class ConnectionStrip extends HTMLElement {
  #timer = 0

  follow(live, signal) {
    live.addEventListener("open", () => this.#show(false), { signal })
    live.addEventListener("closed", () => this.#show(true), { signal })
  }

  #show(cut) {
    clearTimeout(this.#timer)
    if (!cut) this.hidden = true
    else this.#timer = setTimeout(() => {
      this.textContent = "Connection lost. We are reconnecting by ourselves; what you see may be old."
      this.hidden = false
    }, PATIENCE_MS)
  }
}

customElements.define("connection-strip", ConnectionStrip)
