// When the student last did something here: moved, typed, scrolled, or a video played.
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchmove", "focusin"]

export class Activity {
  #lastMs = performance.now()
  #toldMs = 0
  #at = ""

  follow(signal) {
    const noted = (event) => this.#moved(event) && this.note()
    for (const sign of SIGNS) document.addEventListener(sign, noted, { signal, capture: true, passive: true })
    document.addEventListener("timeupdate", ({ target }) => target.controls && !target.paused && this.note(), { signal, capture: true })
  }

  // Browsers tell of a pointer that rests when what lies under it changes.
  #moved({ type, screenX, screenY }) {
    if (type !== "pointermove") return true
    const at = `${screenX},${screenY}`
    const moved = at !== this.#at
    this.#at = at
    return moved
  }

  note() {
    this.#lastMs = performance.now()
  }

  // As if nothing had happened since: what a page did by itself is no sign of life.
  rewind(idleS) {
    this.#lastMs = performance.now() - idleS * 1000
  }

  get idleS() {
    return (performance.now() - this.#lastMs) / 1000
  }

  // Whether anything was done since this was asked last.
  take() {
    const was = this.#lastMs > this.#toldMs
    this.#toldMs = performance.now()
    return was
  }
}
