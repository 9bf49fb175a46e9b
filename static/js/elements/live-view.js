import { leftWords, viewWords } from "../models/viewing.js"
import { Viewing } from "../transport/viewing.js"

const TICK_MS = 1_000

// A sitting's live video: first why, then the picture, as long as the panel is open.
export class LiveView extends HTMLElement {
  #life = null
  #viewing = new Viewing()
  #sitting = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const form = this.querySelector("form")
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#viewing.start(this.#sitting.id, form.elements.reason.value)
    }, { signal })
    this.addEventListener("click", ({ target }) => this.#press(target.closest("button")), { signal })
    this.#viewing.addEventListener("change", () => this.#render(), { signal })
    addEventListener("pagehide", () => this.stop(), { signal })
    const timer = setInterval(() => this.#tick(), TICK_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  disconnectedCallback() {
    this.stop()
    this.#life.abort()
  }

  // Of which sitting; what was shown of another ends.
  show(sitting) {
    this.stop()
    this.#sitting = sitting
    this.querySelector("video").ariaLabel = `Live video of ${sitting.name}`
  }

  stop() {
    if (this.#viewing.state !== "idle") this.#viewing.stop()
  }

  #press(button) {
    if (button?.dataset.reason) {
      const { reason } = this.querySelector("form").elements
      reason.value = button.dataset.reason
      reason.focus()
    } else if (button?.dataset.part === "stop") {
      this.stop()
      this.querySelector("form").elements.reason.focus()
    }
  }

  #render() {
    const { state, refusal, stream } = this.#viewing
    const looking = !["idle", "over"].includes(state)
    const began = this.querySelector("[data-part=live]").hidden && looking
    this.querySelector("form").hidden = looking
    this.querySelector("[data-part=live]").hidden = !looking
    if (began) this.querySelector("[data-part=stop]").focus()
    const words = this.querySelector("[data-part=words]")
    const [tone, text] = viewWords(state, refusal)
    words.dataset.tone = tone
    if (words.textContent !== text) words.textContent = text
    const video = this.querySelector("video")
    if (video.srcObject !== stream) {
      video.srcObject = stream
      if (stream) video.play().catch(() => {})
    }
    this.#tick()
  }

  #tick() {
    const { endsAt, state } = this.#viewing
    this.querySelector("[data-part=left]").textContent = endsAt === null || state === "over" ? "" : leftWords(endsAt - performance.now())
  }
}

customElements.define("live-view", LiveView)
