// Which page has a test: this one or another, by what is told of its openings. An opening
// of ours may be kept although its answer is lost; then we hear of it later. Pure.
export class Holder {
  epoch = null // of our last opening that we know of
  elsewhere = false
  #theirs = 0
  #asked = 0

  constructor(page) {
    this.page = page
  }

  get opening() {
    return this.#asked > 0
  }

  begin() {
    this.#asked++
  }

  // Or given up: then nobody knows whether it was kept.
  answered() {
    this.#asked--
    this.#settle()
  }

  // What the server tells of the test. True: of an opening of ours that is new to us.
  hear({ epoch, opened_by: page }) {
    const ours = page === this.page
    if (epoch <= this.epoch) return false
    if (ours) this.epoch = epoch
    else this.#theirs = Math.max(epoch, this.#theirs)
    this.#settle()
    return ours
  }

  // While we wait for an answer, who is the newest is not known.
  #settle() {
    if (!this.opening) this.elsewhere = this.epoch !== null && this.#theirs > this.epoch
  }
}
