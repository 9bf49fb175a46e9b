// What is new of a student's own seats: in words, once.
const COMES = {
  held: "A seat is held for you",
  offered: "A seat came free and is offered to you",
  booked: "Your seat is booked",
}
const ENDS = {
  expired: "The time to pay is over, and the seat is given back",
  released: "The seat is given back",
  cancelled: "The seat is cancelled",
  moved: "The seat was moved",
}
const GOES_ON = { held: COMES.held, booked: COMES.booked, attended: "You are marked as present", absent: "You are marked as absent" }

// `known`: what the page shows, {seats: {id: state}, lines: {slot: place}}; `state`: what
// the socket says. `titles` by module; without one, no title is said.
export function news(known, state, titles = {}) {
  const words = []
  let stale = false
  for (const it of state.seats) {
    const before = known.seats[it.seat]
    stale ||= changed(known, it.seat, it.version)
    if (before === it.state) continue
    const told = before === undefined ? COMES[it.state] : (GOES_ON[it.state] ?? ENDS[it.state])
    if (before === undefined && told === undefined) continue // Came and went unseen.
    stale = true
    if (told) words.push(titles[it.module] ? `${titles[it.module]}: ${lower(told)}.` : `${told}.`)
  }
  const inLine = Object.fromEntries(state.lines.map(({ slot, place }) => [slot, place]))
  stale ||= state.lines.some(({ slot, version }) => changed(known, slot, version))
  return { words: words.join(" "), stale: stale || (known.lines !== null && !same(known.lines, inLine)) }
}

// By us: its time, its place, or a payment that failed. The page's own words tell which.
function changed({ versions = {} }, id, version) {
  return versions[id] !== undefined && version !== undefined && versions[id] !== version
}

function same(one, other) {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

function lower(text) {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
