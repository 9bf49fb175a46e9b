// What a student has answered and the server has not acknowledged yet. Pure.
export class Sheet {
  #turns = new Map()
  #waiting = new Map()

  // The paper as the server has it; what waits here is newer.
  take(questions) {
    for (const { place, turn } of questions) this.#turns.set(place, Math.max(turn, this.#turns.get(place) ?? 0))
  }

  answer(place, answer) {
    const turn = (this.#turns.get(place) ?? 0) + 1
    this.#turns.set(place, turn)
    this.#waiting.set(place, { place, turn, answer })
  }

  get batch() {
    return [...this.#waiting.values()].slice(0, 50)
  }

  // Acknowledged, or refused for good: a newer turn of the place still waits.
  settle(answers) {
    for (const { place, turn, newest = 0 } of answers) {
      this.#turns.set(place, Math.max(newest, this.#turns.get(place) ?? 0))
      if (this.#waiting.get(place)?.turn <= turn) this.#waiting.delete(place)
    }
  }
}

export const asClock = (seconds) => {
  const left = Math.max(0, Math.ceil(seconds))
  return [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((it) => String(it).padStart(2, "0")).join(":")
}

// Null: no clock runs. While it is paused, what is left stays.
export function secondsLeft(exam, now) {
  if (!exam?.deadline_at || exam.state === "ended") return null
  return (Date.parse(exam.deadline_at) - (exam.paused_at ? Date.parse(exam.paused_at) : now)) / 1000
}
