import { advice } from "../models/strength.js"

// How hard a new password is to guess, by zxcvbn, here in the browser: it is sent nowhere.
const PARTS = ["core", "language-common", "language-en"]

export class PasswordMeter extends HTMLElement {
  #zxcvbn = null

  connectedCallback() {
    this.input = document.getElementById(this.getAttribute("for"))
    this.bar = this.querySelector("meter")
    this.words = this.querySelector("[data-part=advice]")
    this.rest = this.words.textContent
    this.input.addEventListener("focus", () => this.#load(), { once: true })
    this.input.addEventListener("input", () => this.#show())
    if (document.activeElement === this.input) this.#load()
  }

  async #load() {
    if (this.#zxcvbn) return
    try {
      for (const part of PARTS) await script(`/vendor/@zxcvbn-ts/${part}/dist/zxcvbn-ts.js`)
    } catch {
      return // The meter is a help: without it everything else works.
    }
    const { core, "language-common": common, "language-en": english } = globalThis.zxcvbnts
    this.#zxcvbn = new core.ZxcvbnFactory({
      translations: english.translations,
      graphs: common.adjacencyGraphs,
      dictionary: { ...common.dictionary, ...english.dictionary },
    })
    this.#show()
  }

  #show() {
    if (!this.#zxcvbn) return
    const { value } = this.input
    const result = this.#zxcvbn.check(value.slice(0, 128))
    this.bar.hidden = value === ""
    this.bar.value = result.score
    this.words.textContent = advice(result, value.length, Number(this.dataset.min)) ?? this.rest
  }
}

function script(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject })
    document.head.append(element)
  })
}

customElements.define("password-meter", PasswordMeter)
