// What a student has answered and marked, and of that what the server has not
// acknowledged yet. Each place counts its turns; the highest that is kept counts. Pure.
const BATCH_MOST = 50

export class Sheet {
  #turns = new Map() // the highest known
  #kept = new Map() // the highest acknowledged
  #answers = new Map()
  #counts = new Map() // what was acknowledged last, as the server read it
  #flags = new Map()
  #waiting = new Map()
  #marks = new Map()
  problems = new Map()

  // What was waiting on this device when the page was left.
  restore({ waiting = [], marks = [] } = {}) {
    for (const it of waiting) this.#waiting.set(it.place, it)
    for (const { place, flagged } of marks) this.#marks.set(place, flagged)
  }

  // The paper as the server has it; what waits here is newer, unless the test was sat
  // `elsewhere` since and answered there. Tells the places where theirs was taken.
  take(questions, { elsewhere = false } = {}) {
    const theirs = []
    for (const { place, turn, answer, flagged } of questions) {
      const own = this.#waiting.get(place)
      if (own && elsewhere && turn > own.base) {
        this.#waiting.delete(place)
        theirs.push(place)
      }
      const waits = this.#waiting.get(place)
      this.#answers.set(place, waits ? waits.answer : answer)
      this.#flags.set(place, this.#marks.get(place) ?? flagged)
      this.#kept.set(place, turn)
      this.#counts.set(place, answer)
      this.#turns.set(place, Math.max(turn, waits?.turn ?? 0, this.#turns.get(place) ?? 0))
    }
    return theirs
  }

  answer(place, answer) {
    const turn = (this.#turns.get(place) ?? 0) + 1
    const base = this.#waiting.get(place)?.base ?? this.#kept.get(place) ?? 0
    this.#turns.set(place, turn)
    this.#answers.set(place, answer)
    this.#waiting.set(place, { place, turn, answer, base })
    this.problems.delete(place)
  }

  flag(place, flagged) {
    this.#flags.set(place, flagged)
    this.#marks.set(place, flagged)
  }

  answerOf(place) {
    return this.#answers.get(place) ?? null
  }

  // What counts of it, as the server read it; null while the last change is on its way.
  countsOf(place) {
    return this.#waiting.has(place) ? null : this.#counts.get(place) ?? null
  }

  isFlagged(place) {
    return this.#flags.get(place) ?? false
  }

  get batch() {
    return [...this.#waiting.values()].slice(0, BATCH_MOST).map(({ place, turn, answer }) => ({ place, turn, answer }))
  }

  get marks() {
    return [...this.#marks].map(([place, flagged]) => ({ place, flagged }))
  }

  get waiting() {
    return this.#waiting.size
  }

  // Acknowledged, or refused for good: a newer turn of the place still waits. True:
  // somebody else wrote a newer one, so the paper has to be read again.
  settle(saved, refused = []) {
    for (const { place, turn, answer } of saved) {
      if (answer !== undefined && turn >= (this.#kept.get(place) ?? 0)) this.#counts.set(place, answer)
      this.#settled(place, turn, turn)
    }
    for (const { place, turn, newest = 0, code, detail } of refused) {
      this.#settled(place, turn, newest)
      if (code !== "stale_answer" && !this.#waiting.has(place)) this.problems.set(place, detail)
    }
    return refused.some(({ code }) => code === "stale_answer")
  }

  // The mark was kept; unless it was changed meanwhile.
  marked({ place, flagged }) {
    if (this.#marks.get(place) === flagged) this.#marks.delete(place)
  }

  toJSON() {
    return { waiting: [...this.#waiting.values()], marks: this.marks }
  }

  #settled(place, turn, kept) {
    this.#kept.set(place, Math.max(kept, this.#kept.get(place) ?? 0))
    this.#turns.set(place, Math.max(kept, this.#turns.get(place) ?? 0))
    if (this.#waiting.get(place)?.turn <= turn) this.#waiting.delete(place)
  }
}
