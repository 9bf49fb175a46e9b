// Waiting longer after each failure, with jitter so that pages do not return together.
export class Backoff {
  #tries = 0

  constructor({ firstMs = 500, mostMs = 8000, random = Math.random } = {}) {
    Object.assign(this, { firstMs, mostMs, random })
  }

  next() {
    const fullMs = Math.min(this.mostMs, this.firstMs * 2 ** this.#tries++)
    return fullMs * (0.5 + this.random() / 2)
  }

  reset() {
    this.#tries = 0
  }
}
