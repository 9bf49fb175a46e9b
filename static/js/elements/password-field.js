// Show and hide, and a word about Caps Lock.
export class PasswordField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input")
    const button = this.querySelector("button")
    button.hidden = false
    button.addEventListener("click", () => {
      const shown = input.type === "text"
      input.type = shown ? "password" : "text"
      button.textContent = shown ? "Show" : "Hide"
      button.setAttribute("aria-pressed", String(!shown))
      input.focus()
    })
    const tell = (event) => {
      this.querySelector("small").textContent = event.getModifierState?.("CapsLock") ? "Caps Lock is on." : ""
    }
    for (const type of ["keydown", "keyup"]) input.addEventListener(type, tell)
  }
}

customElements.define("password-field", PasswordField)
