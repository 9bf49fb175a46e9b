// Free seats in words, what a slot's button does, and states as they come in.

export function availability(free) {
  if (free <= 0) return "Full"
  return free === 1 ? "Last seat" : `${free} seats free`
}

export function tone(free) {
  return free <= 0 ? "full" : free === 1 ? "last" : "some"
}

// What the button of a slot says and does. A move joins no line, and nobody waits for a
// slot that is cancelled.
export function act(kind, free, cancelled = false) {
  if (cancelled) return { word: "Cancelled", primary: false, path: null, disabled: true }
  if (kind === "move") return { word: free > 0 ? "Move here" : "Full", primary: free > 0, path: null, disabled: free <= 0 }
  return free > 0
    ? { word: "Hold this seat", primary: true, path: "hold", disabled: false }
    : { word: "Wait in line", primary: false, path: "join", disabled: false }
}

export function freeOf({ free, accessible_free: accessibleFree, cancelled }, accessible) {
  if (cancelled) return 0
  return Math.max(0, accessible ? accessibleFree : free)
}

// Slots by id, after a state of the live socket: the latest wins.
export function fold(slots, state) {
  const next = new Map(slots)
  for (const it of state.slots ?? []) next.set(it.slot, it)
  return next
}

// The free seats of a day: of its slots that can be booked now; null while one of them
// is not known yet.
export function freeOfDay(ids, slots, accessible) {
  const known = ids.map((id) => slots.get(id))
  if (known.includes(undefined)) return null
  return known.reduce((sum, it) => sum + freeOf(it, accessible), 0)
}

export function dayWords(free) {
  if (free <= 0) return { number: "full", rest: "" }
  return { number: String(free), rest: free === 1 ? " seat free" : " seats free" }
}
