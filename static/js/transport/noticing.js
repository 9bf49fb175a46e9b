import { Events } from "../models/exam-events.js"
import { Refused } from "./api.js"
import { forget, keep, kept } from "./keeping.js"

// What the browser tells of itself while a test runs. It is noted and nothing else: no
// key is taken away, nothing is prevented. Tells `note` with words, each kind once.
const SEND_EVERY_MS = 2_000
const DOMS = { copy: "copied", cut: "copied", paste: "pasted" }

export class Noticing extends EventTarget {
  #events = new Events()
  #sending = false
  #name = ""
  #extended = false
  #leaving = false // this page goes, by a reload or a link: no other window is in front

  // `write` as in Answering; `may()`: whether the test runs on this page.
  constructor(write, may, signal) {
    super()
    Object.assign(this, { write, may })
    const on = (target, type, act) => target.addEventListener(type, act, { signal })
    on(document, "fullscreenchange", () => this.#note(document.fullscreenElement ? "back_in_full_screen" : "left_full_screen"))
    on(document, "visibilitychange", () => this.#leaving || this.#visible())
    on(globalThis, "pagehide", () => { this.#leaving = true })
    on(globalThis, "pageshow", () => { this.#leaving = false })
    for (const [type, kind] of Object.entries(DOMS)) on(document, type, () => this.#note(kind))
    on(globalThis, "beforeprint", () => this.#note("printed"))
    if (screen.addEventListener) on(screen, "change", () => this.look())
    const timer = setInterval(() => this.flush(), SEND_EVERY_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  open(exam) {
    this.#name = `exam-events:${exam}`
    this.#events.restore(kept(this.#name) ?? [])
  }

  take(next, elsewhere) {
    this.#events.take(next, { ours: !elsewhere })
    this.look()
  }

  // Only some browsers tell whether there is a second display.
  look() {
    const extended = screen.isExtended === true
    if (extended && !this.#extended && this.may()) this.#note("second_display")
    this.#extended = extended && this.may()
  }

  async flush() {
    if (this.#sending || !this.may()) return
    const events = this.#events.batch(Date.now())
    if (!events.length) return
    this.#sending = true
    this.#keep() // with its numbers: what arrives though this page is gone, is noted once
    try {
      await this.write("events", { events }, { keepalive: true })
      this.#events.settle(events)
      this.#keep()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Sent again with the next.
    } finally {
      this.#sending = false
    }
  }

  close() {
    if (this.#name) forget(this.#name)
  }

  #visible() {
    this.#note(document.visibilityState === "visible" ? "visible" : "hidden")
    this.flush()
  }

  #note(kind) {
    if (!this.may()) return
    const words = this.#events.note(kind, Date.now())
    this.#keep()
    if (words) this.dispatchEvent(new CustomEvent("note", { detail: words }))
  }

  #keep() {
    if (this.#name) keep(this.#name, this.#events)
  }
}
