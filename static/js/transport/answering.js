import { Sheet } from "../models/sheet.js"
import { Refused } from "./api.js"
import { forget, keep, kept } from "./keeping.js"

// Saves answers and marks as they are given: kept on this device first, sent in order,
// and forgotten only when the server has acknowledged them. Tells `change`, `stale` (read
// the paper again), and `refused` (a code that is about the whole test).
const SOON_MS = 600
const WHOLE = new Set(["exam_over", "exam_paused", "exam_not_begun"])
const OURS = new Set(["offline", "opened_elsewhere"])

export class Answering extends EventTarget {
  sheet = new Sheet()
  offline = false
  saving = false
  trouble = ""
  #timer = 0
  #name = ""
  #epoch = 0

  // `write(what, body)` sends to the open test; `may()`: whether it takes answers now;
  // `ready()`: whether the paper was read since it was opened here. What is answered
  // before is kept, and sent after: somebody else may have answered in between. `page`:
  // its id.
  constructor(write, may, ready, page) {
    super()
    Object.assign(this, { write, may, ready, page })
  }

  // Opened anew: what waits on this device comes along. `since`: no other device opened
  // it from that epoch on. True: another had it in between, and its answers are newer.
  open(exam, epoch, since) {
    const name = `exam:${exam}`
    const left = kept(name)
    const here = (left?.page ?? this.page) === this.page // no other page of this browser
    const goesOn = name === this.#name && since <= this.#epoch && here // the camera came back
    if (!goesOn) this.sheet = new Sheet()
    if (!goesOn && left) this.sheet.restore(left)
    this.#name = name
    this.#epoch = epoch
    return !goesOn && left !== null && since > left.epoch
  }

  take(questions, elsewhere) {
    const theirs = this.sheet.take(questions, { elsewhere })
    this.#changed()
    return theirs
  }

  // Said again, as when a field is left, it is the same turn.
  answer(place, answer, { soon = false } = {}) {
    if (answer !== this.sheet.answerOf(place)) this.sheet.answer(place, answer)
    this.#changed()
    clearTimeout(this.#timer)
    if (soon) this.#timer = setTimeout(() => this.flush(), SOON_MS)
    else this.flush()
  }

  flag(place, flagged) {
    this.sheet.flag(place, flagged)
    this.#changed()
    this.flush()
  }

  get isWaiting() {
    return this.sheet.waiting > 0 || this.sheet.marks.length > 0
  }

  async flush() {
    if (this.saving || !this.isWaiting || !this.may() || !this.ready()) return
    this.saving = true
    this.#tell("change")
    try {
      while (this.sheet.waiting && this.may()) await this.#sendBatch()
      for (const mark of this.sheet.marks) await this.#sendMark(mark)
      Object.assign(this, { offline: false, trouble: "" })
    } catch (error) {
      this.#refused(error)
    } finally {
      this.saving = false
      this.#changed()
    }
  }

  // When the test is over nothing more can be saved.
  close() {
    if (this.#name) forget(this.#name)
  }

  async #sendBatch() {
    const { saved, refused } = await this.write("answers", { answers: this.sheet.batch })
    if (this.sheet.settle(saved, refused)) this.#tell("stale")
    this.#changed()
  }

  async #sendMark(mark) {
    await this.write("flag", mark)
    this.sheet.marked(mark)
  }

  #refused(error) {
    if (!(error instanceof Refused)) throw error
    this.offline = error.code === "offline"
    this.trouble = OURS.has(error.code) ? "" : error.detail
    this.sheet.settle((error.problem.saved ?? []).map(([place, turn]) => ({ place, turn })))
    if (WHOLE.has(error.code)) this.#tell("refused", error.code)
  }

  #changed() {
    const newer = kept(this.#name)?.epoch > this.#epoch // a page of this browser opened it since
    if (this.#name && this.may() && !newer) keep(this.#name, { page: this.page, epoch: this.#epoch, ...this.sheet.toJSON() })
    this.#tell("change")
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
