import { post } from "../transport/api.js"
import { canAutofill, get, hasPasskeys, inWords } from "../transport/webauthn.js"

// "Use a passkey", as a button, and among the browser's suggestions in the SRN field.
export class PasskeyLogin extends HTMLElement {
  #waiting = null

  connectedCallback() {
    if (!hasPasskeys()) return
    this.button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "wide",
      textContent: "Use a passkey",
    })
    this.words = Object.assign(document.createElement("p"), { className: "fine" })
    this.words.setAttribute("role", "status")
    this.append(this.button, this.words)
    this.button.addEventListener("click", () => this.#ask())
    this.#suggest()
  }

  disconnectedCallback() {
    this.#waiting?.abort()
  }

  // The suggestion waits quietly, and only where it can be shown.
  async #suggest() {
    const field = document.querySelector("input[autocomplete~=webauthn]")
    if (!field || !(await canAutofill())) return
    field.addEventListener("focus", () => this.#ask("conditional"), { once: true })
    if (document.activeElement === field) this.#ask("conditional")
  }

  async #ask(mediation = undefined) {
    this.#waiting?.abort()
    this.#waiting = new AbortController()
    const { signal } = this.#waiting
    try {
      const second = this.hasAttribute("second")
      const options = await post("/api/login/passkey/options", { second })
      const credential = await get(options, { mediation, signal })
      const remember = Boolean(document.querySelector("input[name=remember]")?.checked)
      const { next } = await post("/api/login/passkey", { credential, second, remember })
      location.assign(next)
    } catch (error) {
      if (!mediation && !signal.aborted) this.words.textContent = inWords(error)
    }
  }
}

customElements.define("passkey-login", PasskeyLogin)
