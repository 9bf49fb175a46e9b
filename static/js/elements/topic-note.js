import { post, Refused } from "../transport/api.js"

const SAVE_AFTER_MS = 800

// A student's notes: saved as they write; two tabs never overwrite each other unasked.
export class TopicNote extends HTMLElement {
  #life = null
  #timer = 0
  #version = 0
  #saving = false
  #other = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#version = Number(this.dataset.version)
    this.#text.addEventListener("input", () => this.#later(SAVE_AFTER_MS), { signal })
    this.#text.addEventListener("blur", () => this.#timer && this.#later(0), { signal })
    this.querySelector("[data-part=take-over]").addEventListener("click", () => this.#takeOver(), { signal })
  }

  disconnectedCallback() {
    if (this.#timer) this.#save() // what was written last must not be lost by turning a page
    clearTimeout(this.#timer)
    this.#life.abort()
  }

  get #text() {
    return this.querySelector("textarea")
  }

  #later(ms) {
    this.#say("…")
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#save(), ms)
  }

  async #save() {
    if (this.#saving) return this.#later(SAVE_AFTER_MS)
    this.#timer = 0
    if (this.#other) return
    this.#saving = true
    try {
      const { version } = await post(this.dataset.api, { text: this.#text.value, version: this.#version })
      this.#version = version
      if (!this.#timer) this.#say("Saved.")
    } catch (error) {
      this.#refused(error)
    } finally {
      this.#saving = false
    }
  }

  #refused(error) {
    if (!(error instanceof Refused)) throw error
    this.#say(error.detail)
    if (error.code !== "note_changed") return this.#retry()
    this.#other = error.problem
    this.querySelector("[data-part=take-over]").hidden = false
  }

  #retry() {
    this.#say("Not saved yet: we are trying again. Your text stays here.")
    this.#timer = setTimeout(() => this.#save(), 5_000)
  }

  // Both texts stay: the other one is put before what is written here.
  #takeOver() {
    const mine = this.#text.value
    this.#text.value = mine && mine !== this.#other.text ? `${this.#other.text}\n\n${mine}` : this.#other.text
    this.#version = this.#other.version
    this.#other = null
    this.querySelector("[data-part=take-over]").hidden = true
    this.#later(0)
  }

  #say(text) {
    this.querySelector("[data-part=said]").textContent = text
  }
}

customElements.define("topic-note", TopicNote)
