// The token of a link stands behind its "#", so that no server log and no Referer has it.
export class LinkToken extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input")
    const token = location.hash.slice(1)
    if (!token) return
    input.value = token
    history.replaceState(null, "", location.pathname)
  }
}

customElements.define("link-token", LinkToken)
