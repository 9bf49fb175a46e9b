import { post } from "../transport/api.js"
import { create, hasPasskeys, inWords } from "../transport/webauthn.js"

// "Add a passkey": asks the browser for one and brings it to the server.
export class PasskeyMaker extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button")
    this.words = this.querySelector("[data-part=words]")
    if (!hasPasskeys()) return
    this.button.hidden = false
    this.words.textContent = ""
    this.button.addEventListener("click", () => this.#add())
  }

  async #add() {
    this.button.disabled = true
    this.words.textContent = "Your browser asks you to confirm …"
    try {
      const credential = await create(await post("/api/account/passkeys/options"))
      await post("/api/account/passkeys", { credential, name: deviceName() })
      location.assign("/account/security?said=saved")
    } catch (error) {
      if (error.code === "prove_first") return location.assign("/prove?next=/account/security")
      this.words.textContent = inWords(error)
    } finally {
      this.button.disabled = false
    }
  }
}

function deviceName() {
  const platform = navigator.userAgentData?.platform ?? navigator.platform ?? ""
  return platform ? `Passkey on ${platform}` : "Passkey"
}

customElements.define("passkey-maker", PasskeyMaker)
