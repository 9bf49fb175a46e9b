import { filtered, held, sorted } from "../models/wall.js"
import { post } from "../transport/api.js"
import { Live } from "../transport/live.js"
import { SittingRow } from "./sitting-row.js"
import { VirtualRows } from "./virtual-rows.js"
import { WallAlerts } from "./wall-alerts.js"
import { WallFilters } from "./wall-filters.js"
import { WallPanel } from "./wall-panel.js"
import { showStrip } from "./wall-strip.js"

const TICK_MS = 1_000
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, End: Infinity, Home: -Infinity }

// The proctor's wall: what is on the screen of it, in the server's order of need.
export class SittingWall extends HTMLElement {
  #life = null
  #state = null
  #order = []

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const list = this.querySelector(".rows")
    this.rows = new VirtualRows(list, () => new SittingRow(document.querySelector("#wall-row")), signal)
    this.filters = new WallFilters(this.querySelector("form.filters"), () => this.#render(true), signal)
    this.alerts = new WallAlerts(this.querySelector("[data-part=sound]"), signal)
    this.panel = new WallPanel(document.querySelector("#wall-panel"), (...given) => this.act(...given), signal)
    const live = new Live(["wall"])
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
    list.addEventListener("click", ({ target }) => this.#press(target.closest("[data-act]")), { signal })
    list.addEventListener("keydown", (event) => this.#walk(event), { signal })
    for (const type of ["pointerleave", "focusout"]) list.addEventListener(type, () => setTimeout(() => this.#render(), 0), { signal })
    addEventListener("keydown", (event) => this.filters.find(event), { signal })
    const timer = setInterval(() => { for (const row of this.rows.rows) row.tick() }, TICK_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #take(state) {
    const at = performance.now()
    for (const sitting of state.sittings) sitting.at = at
    this.#state = state
    showStrip(this.querySelector(".strip"), state)
    this.filters.offer(state.sittings)
    this.alerts.take(state.sittings)
    this.panel.take(state.sittings)
    this.#render()
  }

  #render(anew = false) {
    if (!this.#state) return
    const { wanted } = this.filters
    const list = this.querySelector(".rows")
    const busy = !anew && (list.matches(":hover") || list.contains(document.activeElement))
    const found = filtered(this.#state.sittings, wanted)
    const shown = busy && this.#order.length ? held(found, this.#order) : sorted(found, wanted.sort)
    this.#order = shown.map(({ id }) => id)
    this.querySelector("[data-part=held]").hidden = !busy
    this.rows.show(shown)
    const empty = this.querySelector(".empty")
    empty.hidden = shown.length > 0
    empty.textContent = this.#state.sittings.length ? "Nobody matches these filters." : "Nobody is studying just now. Sittings appear here by themselves."
    this.querySelector("[data-part=found]").textContent = `${shown.length} of ${this.#state.sittings.length}`
  }

  #walk(event) {
    const row = event.target.closest(".row")
    if (!row || !(event.key in STEPS)) return
    event.preventDefault()
    const to = this.rows.neighbour(row.dataset.sitting, STEPS[event.key])
    this.rows.reach(to)?.element.querySelector("[data-act=open]").focus()
  }

  #press(button) {
    const id = button?.closest(".row")?.dataset.sitting
    const sitting = this.#state.sittings.find((it) => it.id === id)
    if (!sitting) return
    if (["open", "end"].includes(button.dataset.act)) this.panel.open(sitting, button.dataset.act)
    else this.act(button.dataset.act, sitting)
  }

  async act(word, sitting, body) {
    try {
      await post(`/api/wall/${sitting.id}/${word}`, body)
      return true
    } catch (error) {
      this.panel.say(error.message)
      const strip = document.querySelector("connection-strip")
      strip.textContent = error.message
      strip.hidden = false
      return false
    }
  }
}

customElements.define("sitting-wall", SittingWall)
