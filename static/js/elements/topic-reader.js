import { post } from "../transport/api.js"

const SAVE_AFTER_MS = 1_500
const TYPING = "input, textarea, select, video, dialog, [contenteditable]"

// One topic as it is read: its place is kept, and it can be marked as done.
export class TopicReader extends HTMLElement {
  #life = null
  #timer = 0

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#restore()
    addEventListener("scroll", () => this.#moved(), { signal, passive: true })
    this.#button.addEventListener("click", () => this.#toggle(), { signal })
    const pages = this.closest("topic-pages") // only while the focus is on what one reads
    pages.addEventListener("keydown", (event) => this.#pressed(event, pages), { signal })
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#life.abort()
  }

  get #button() {
    return this.querySelector("[data-part=done]")
  }

  get #room() {
    const { top, height } = this.querySelector(".reading").getBoundingClientRect()
    return { start: top + scrollY - innerHeight / 3, length: Math.max(1, height) }
  }

  #restore() {
    const place = Number(this.dataset.place)
    if (place > 0.02 && place < 0.98 && !location.hash) {
      const { start, length } = this.#room
      scrollTo({ top: start + place * length })
    }
  }

  #moved() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const { start, length } = this.#room
      this.#save({ place: Math.min(1, Math.max(0, (scrollY - start) / length)) })
    }, SAVE_AFTER_MS)
  }

  #pressed(event, pages) {
    if (event.target.closest(TYPING) || event.ctrlKey || event.metaKey || event.altKey) return
    const target = { n: "a[rel=next]", p: "a[rel=prev]", d: "[data-part=done]" }[event.key]
    if (target) pages.querySelector(target)?.click()
  }

  async #toggle() {
    const done = this.#button.getAttribute("aria-pressed") !== "true"
    if (!await this.#save({ done })) return
    this.#button.setAttribute("aria-pressed", String(done))
    this.#button.textContent = done ? "Done" : "Mark as done"
    const pages = this.closest("topic-pages")
    pages.querySelector(".topics [aria-current]").toggleAttribute("data-done", done)
    pages.querySelector("[data-part=done-count]").textContent = String(pages.querySelectorAll("[data-done]").length)
  }

  async #save(what) {
    return post(`${this.dataset.api}/progress`, what, { signal: this.#life.signal }).then(() => true, () => false)
  }
}

customElements.define("topic-reader", TopicReader)
