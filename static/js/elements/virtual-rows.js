import { windowOf } from "../models/window.js"

// A long list of which only what is on the screen is in the document. Rows are kept by
// their sitting while they are in sight, so that focus survives, and recycled after.
export class VirtualRows {
  #list
  #make
  #rows = new Map()
  #spare = []
  #shown = []
  #wanted = 0

  constructor(list, make, signal) {
    this.#list = list
    this.#make = make
    const later = () => { this.#wanted ||= requestAnimationFrame(() => { this.#wanted = 0; this.paint() }) }
    addEventListener("scroll", later, { passive: true, signal })
    addEventListener("resize", later, { signal })
  }

  get rows() {
    return this.#rows.values()
  }

  show(items) {
    this.#shown = items
    const known = new Set(items.map(({ id }) => id))
    for (const [id, it] of this.#rows) if (!known.has(id)) this.#drop(id, it)
    this.paint()
  }

  // Brings a row into sight, and gives it.
  reach(id) {
    const index = this.#shown.findIndex((it) => it.id === id)
    if (index < 0) return null
    const { top } = this.#list.getBoundingClientRect()
    const at = top + scrollY + index * this.#height()
    if (at < scrollY + 120 || at > scrollY + innerHeight - this.#height()) scrollTo({ top: at - innerHeight / 2 })
    this.paint()
    return this.#rows.get(id)
  }

  neighbour(id, by) {
    const index = this.#shown.findIndex((it) => it.id === id)
    const to = Number.isFinite(by) ? index + by : by > 0 ? this.#shown.length - 1 : 0
    return this.#shown[Math.min(Math.max(to, 0), this.#shown.length - 1)]?.id
  }

  #height() {
    return Number.parseFloat(getComputedStyle(this.#list).getPropertyValue("--row")) * 16
  }

  paint() {
    const row = this.#height()
    const count = this.#shown.length
    this.#list.style.height = `${count * row}px`
    const { top } = this.#list.getBoundingClientRect()
    const { first, last } = windowOf({ top: -top, height: innerHeight, row, count })
    const seen = this.#shown.slice(first, last)
    const kept = new Set(seen.map(({ id }) => id))
    for (const [id, it] of this.#rows) if (!kept.has(id) && !it.element.contains(document.activeElement)) this.#drop(id, it)
    seen.forEach((item, offset) => this.#place(item, first + offset, row, count))
  }

  #drop(id, row) {
    row.element.remove()
    this.#rows.delete(id)
    this.#spare.push(row)
  }

  #place(item, index, height, count) {
    let row = this.#rows.get(item.id)
    if (!row) {
      row = this.#spare.pop() ?? this.#make()
      this.#rows.set(item.id, row)
    }
    row.show(item)
    row.element.style.transform = `translateY(${index * height}px)`
    row.element.setAttribute("aria-posinset", index + 1)
    row.element.setAttribute("aria-setsize", count)
    if (!row.element.isConnected) this.#list.append(row.element)
  }
}
