// What the browser tells of itself while a test is sat: events, never verdicts. Each gets
// its number when it is first sent, and keeps it till it is acknowledged. Pure.
const BATCH_MOST = 50
const NUMBER_MOST = 1800

const WORDS = {
  left_full_screen: "Leaving full screen was noted. Just go on.",
  hidden: "Another window or tab was in front: that was noted. Just go on.",
  copied: "Copying was noted. Just go on.",
  pasted: "Pasting was noted. Just go on.",
  printed: "Printing was noted. Just go on.",
  second_display: "A second display was noted. Just go on.",
}

export class Events {
  #next = 1
  #waiting = []
  #said = new Set()

  // What is kept on this device, which is all that waits.
  restore(waiting) {
    this.#waiting = waiting
  }

  // `next`: the number after the highest the server has. `ours`: it has them from here.
  take(next, { ours = true } = {}) {
    this.#next = Math.max(this.#next, next)
    if (ours) this.#waiting = this.#waiting.filter(({ number }) => !number || number >= next)
    else for (const it of this.#waiting) delete it.number
  }

  // Tells what to say of it: each kind once, and not what is as it should be.
  note(kind, at) {
    this.#waiting.push({ kind, at })
    if (this.#said.has(kind)) return null
    this.#said.add(kind)
    return WORDS[kind] ?? null
  }

  batch(now) {
    const batch = this.#waiting.slice(0, BATCH_MOST)
    for (const it of batch) it.number ??= this.#next++
    return batch
      .filter(({ number }) => number <= NUMBER_MOST)
      .map(({ number, kind, at }) => ({ number, kind, ago_s: Math.min(86_400, Math.max(0, (now - at) / 1000)) }))
  }

  settle(sent) {
    const numbers = new Set(sent.map(({ number }) => number))
    this.#waiting = this.#waiting.filter(({ number }) => !numbers.has(number))
  }

  toJSON() {
    return this.#waiting
  }
}
