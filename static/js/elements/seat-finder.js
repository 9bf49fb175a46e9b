import { act, availability, dayWords, fold, freeOf, freeOfDay, tone } from "../models/availability.js"
import { Live } from "../transport/live.js"

// Free seats as they are: of the month's days and of the chosen day's slots. Words and
// buttons change where they stand; the focus stays, and only its own slot is said aloud.
export class SeatFinder extends HTMLElement {
  #life = null
  #slots = new Map()
  #frame = 0

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.addEventListener("change", ({ target }) => target.name === "accessible" && this.#switch(), { signal })
    this.addEventListener("submit", (event) => this.#once(event), { signal })
    addEventListener("pageshow", () => this.#sent(false), { signal })
    const live = new Live(this.dataset.topics.split(" ").filter(Boolean))
    live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    document.querySelector("connection-strip")?.follow(live, signal)
    live.open(signal)
  }

  disconnectedCallback() {
    this.#life.abort()
    cancelAnimationFrame(this.#frame)
  }

  get accessible() {
    return this.querySelector("input[name=accessible][type=checkbox]")?.checked ?? this.querySelector("input[name=accessible]")?.value === "1"
  }

  #take(state) {
    this.#slots = fold(this.#slots, state)
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#render())
  }

  // A second click while the first is on its way does nothing.
  #once(event) {
    const cannot = event.submitter?.getAttribute("aria-disabled") === "true"
    if (event.target.dataset.sent || cannot) event.preventDefault()
    if (cannot || event.target.method !== "post") return
    event.target.dataset.sent = "1"
  }

  #sent() {
    for (const form of this.querySelectorAll("form")) delete form.dataset.sent
  }

  #switch() {
    const chosen = this.accessible ? "1" : ""
    for (const input of this.querySelectorAll("input[name=accessible][type=hidden]")) input.value = chosen || "0"
    const links = [...this.querySelectorAll("a[data-keep]")]
    for (const link of links) link.href = withAccessible(link.href, chosen)
    history.replaceState(null, "", withAccessible(location.href, chosen))
    this.#render()
    this.#say(chosen ? "Shown: accessible seats." : "Shown: all other seats.")
  }

  #render() {
    for (const row of this.querySelectorAll("[data-slot]")) this.#row(row)
    for (const link of this.querySelectorAll("[data-day]")) this.#day(link)
  }

  #row(row) {
    const { kind, slot, free, accessibleFree } = row.dataset
    if (kind === "later") return
    const state = this.#slots.get(slot) ?? { free: Number(free), accessible_free: Number(accessibleFree) }
    const now = freeOf(state, this.accessible)
    const place = row.querySelector("[data-part=free]")
    const words = state.cancelled ? "Cancelled" : availability(now)
    if (place.textContent !== words) {
      place.textContent = words
      if (row.contains(document.activeElement)) this.#say(`${row.dataset.name}: ${words}.`)
    }
    place.dataset.state = tone(now)
    const button = row.querySelector("button")
    if (button && (kind === "choose" || kind === "move")) this.#button(button, slot, act(kind, now, state.cancelled))
  }

  #button(button, slot, { word, primary, path, disabled }) {
    button.querySelector("[data-part=word]").textContent = word
    button.classList.toggle("primary", primary)
    // Not `disabled` where the focus is: that would take it away. `#once` sends nothing.
    button.setAttribute("aria-disabled", String(disabled))
    button.disabled = disabled && document.activeElement !== button
    if (path) button.form.action = path === "hold" ? "/tests/hold" : `/tests/lines/${slot}/join`
  }

  #day(link) {
    const { slots, free, accessibleFree } = link.dataset
    const ids = slots.split(" ").filter(Boolean)
    if (ids.length === 0) return
    const shown = Number(this.accessible ? accessibleFree : free)
    const now = freeOfDay(ids, this.#slots, this.accessible) ?? shown
    const { number, rest } = dayWords(now)
    const place = link.querySelector("[data-part=free]")
    if (place.textContent === number + rest) return
    const unseen = Object.assign(document.createElement("span"), { className: "unseen", textContent: rest })
    place.replaceChildren(number, unseen)
    link.dataset.state = now > 0 ? "some" : "full"
  }

  #say(words) {
    this.querySelector("[data-part=told]").textContent = words
  }
}

function withAccessible(href, chosen) {
  const url = new URL(href)
  if (chosen) url.searchParams.set("accessible", chosen)
  else url.searchParams.delete("accessible")
  return url.href
}

customElements.define("seat-finder", SeatFinder)
