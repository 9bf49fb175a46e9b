// The admit card of a seat, as its test's page knows it: whether it is `needed` still, and
// `by` what it is shown ("desk", or "code" where its number may be typed, too). Pure.
export class AdmitCard {
  seat = ""
  needed = false
  by = "desk"
  problem = ""
  waits = false // opening was refused for want of it: then it opens by itself
  #typed = null

  // As the page of the test says it.
  static of({ seat, card, cardBy }) {
    return Object.assign(new AdmitCard(), { seat, needed: Boolean(card), by: cardBy })
  }

  type(number) {
    Object.assign(this, { problem: "" })
    this.#typed = number.trim()
  }

  // What opening the test sends of it: a number that was typed, once.
  take() {
    const card = this.#typed
    this.#typed = null
    return card === null ? {} : { card }
  }

  opened() {
    Object.assign(this, { needed: false, problem: "", waits: false })
  }

  // True: that refusal is about the card, and asking again without it is in vain.
  refused({ code, detail }, { card }) {
    if (code === "show_your_admit_card") Object.assign(this, { needed: true, waits: true })
    else if (card === undefined) return false
    else this.problem = detail
    return true
  }

  // What is known of our seats now. True: it was scanned, and the test may open.
  seen(seats) {
    const mine = seats.find(({ seat }) => seat === this.seat)
    if (!this.needed || mine?.state !== "attended") return false
    Object.assign(this, { needed: false, problem: "" })
    return this.waits
  }
}
