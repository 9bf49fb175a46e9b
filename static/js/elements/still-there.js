// Asks "still there?" when nothing has moved for as long as policy says. It only asks:
// the server pauses by itself, and any sign of life answers.
const LOOK_EVERY_MS = 500

export class StillThere {
  #dialog
  #activity

  constructor(dialog, activity, sittingOf, signal) {
    this.#dialog = dialog
    this.#activity = activity
    this.sittingOf = sittingOf
    const timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  #look() {
    const sitting = this.sittingOf()
    const idle = this.#activity.idleS
    const asking = sitting?.state === "running" && idle >= sitting.idle_after_s
    if (asking) this.#ask(sitting.idle_after_s + sitting.idle_answer_s - idle)
    else if (this.#dialog.open) this.#dialog.close()
  }

  #ask(leftS) {
    this.#dialog.querySelector("[data-part=still-left]").textContent = String(Math.max(0, Math.ceil(leftS)))
    if (this.#dialog.open) return
    const before = this.#activity.idleS
    this.#dialog.showModal() // moves the focus, which is no sign of life
    this.#activity.rewind(before)
  }
}
