// Turns to another topic without leaving the page, so that the camera's stream goes on.
// Without this script the links simply work.
export class TopicPages extends HTMLElement {
  #life = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.addEventListener("click", (event) => this.#follow(event), { signal })
    addEventListener("popstate", () => this.#show(location.href, signal), { signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #follow(event) {
    const link = event.target.closest("a[href]")
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    if (!link || !plain || !link.closest(".topics, .turn")) return
    event.preventDefault()
    history.pushState(null, "", link.href)
    this.#show(link.href, this.#life.signal)
  }

  async #show(href, signal) {
    const response = await fetch(href, { headers: { Accept: "text/html" }, signal }).catch(() => null)
    if (!response?.ok || response.redirected) return location.assign(href)
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    this.replaceChildren(...page.querySelector("topic-pages").childNodes)
    document.title = page.title
    scrollTo({ top: 0 })
    this.querySelector(".reading").focus({ preventScroll: true })
  }
}

customElements.define("topic-pages", TopicPages)
