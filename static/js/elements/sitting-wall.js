import { filtered } from "../models/wall.js"
import { post } from "../transport/api.js"
import { Live } from "../transport/live.js"
import { SittingRow } from "./sitting-row.js"

const TICK_MS = 1_000

// The proctor's wall: rows keyed by sitting, in the server's order of need.
export class SittingWall extends HTMLElement {
  #life = null
  #rows = new Map()
  #state = null
  #at = 0

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const live = new Live(["wall"])
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
    this.addEventListener("click", (event) => this.#act(event.target.closest("[data-act]")), { signal })
    this.querySelector("input").addEventListener("input", () => this.#render(), { signal })
    const timer = setInterval(() => this.#rows.forEach((row) => row.tick()), TICK_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #take(state) {
    this.#state = state
    this.#at = performance.now()
    for (const [name, count] of Object.entries(state.counts)) {
      const place = this.querySelector(`[data-count=${name}]`)
      place.textContent = count
      place.toggleAttribute("data-zero", count === 0)
    }
    this.#render()
  }

  #render() {
    if (!this.#state) return
    const shown = filtered(this.#state.sittings, this.querySelector("input").value)
    const kept = new Set(shown.map(({ id }) => id))
    for (const [id, row] of this.#rows) if (!kept.has(id)) { row.element.remove(); this.#rows.delete(id) }
    const list = this.querySelector(".rows")
    shown.forEach((sitting, index) => {
      const row = this.#rows.get(sitting.id) ?? new SittingRow(document.querySelector("#wall-row"))
      this.#rows.set(sitting.id, row)
      row.show(sitting, this.#at)
      if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null)
    })
    const empty = this.querySelector(".empty")
    empty.hidden = shown.length > 0
    empty.textContent = this.#state.sittings.length ? "Nobody matches this search." : "Nobody is studying just now. Sittings appear here by themselves."
  }

  async #act(button) {
    const row = button?.closest(".row")
    if (!row) return
    const { act } = button.dataset
    if (act === "end" && !(await this.#confirm(row))) return
    button.disabled = true
    try {
      await post(`/api/wall/${row.dataset.sitting}/${act}`)
    } catch (error) {
      const strip = document.querySelector("connection-strip")
      strip.textContent = error.message
      strip.hidden = false
    }
    this.#render()
  }

  #confirm(row) {
    const dialog = document.querySelector("#confirm-end")
    dialog.querySelector("[data-part=who]").textContent = row.querySelector("[data-part=name]").textContent
    dialog.returnValue = "cancel"
    dialog.showModal()
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "end"), { once: true })
    })
  }
}

customElements.define("sitting-wall", SittingWall)
