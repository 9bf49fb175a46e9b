import { asClock } from "./clock.js"

const HAS_SEAT = new Set(["booked", "attended", "absent"])

// The one thing to do next. `own`: {module, title, href, settled} in order, where a
// module is settled whose test there is nothing to book for now; `unpicked`: set codes;
// `seats`: {module, state}, or null while they are not known; `exam`: the newest test.
export function nextStep(hours, sitting, own, unpicked, seats = null, exam = null) {
  const of = (module) => hours.find((it) => it.module === module)
  const open = sitting && own.find(({ module }) => module === sitting.module)
  if (exam?.exam && exam.state !== "ended") return testOpen(exam, own)
  if (open && sitting.kind !== "exam") return { text: `Your sitting in ${open.title} is open.`, hint: "", href: open.href, word: "Continue" }
  const test = seats && testStep(own.filter(({ module }) => isDone(of(module))), seats)
  if (test) return test
  const left = own.filter(({ module }) => !isDone(of(module)))
  const next = left.find(({ module }) => (of(module)?.confirmed_s ?? 0) > 0) ?? left[0]
  if (next) return study(next, of(next.module))
  if (unpicked.length > 0) {
    const set = unpicked[0]
    return { text: `Pick your elective of set ${set}.`, hint: "Then study it for its hours.", href: `#set-${set}`, word: "Pick" }
  }
  if (own.length === 0) return null
  return { text: "All your hours are confirmed.", hint: "Well done. Your tests are next.", href: "/tests", word: "See your tests" }
}

// What of a module's test tells where its card on the dashboard leads.
export function testWord(module, hours, seats, settled = false) {
  if (!isDone(hours)) return null
  const states = seats.filter((it) => it.module === module).map(({ state }) => state)
  if (states.includes("held") || states.includes("offered")) return "Your seat waits for you"
  if (states.some((it) => HAS_SEAT.has(it))) return "Your test"
  return settled ? null : "Book your test"
}

const OPEN = {
  ready: ["is open", "Its clock has not begun."],
  running: ["goes on", "So does its clock."],
  paused: ["is paused", "Its clock stands still."],
}

function testOpen({ exam, module, state }, own) {
  const title = own.find((it) => it.module === module)?.title ?? module
  const [what, hint] = OPEN[state]
  return { text: `Your test of ${title} ${what}.`, hint, href: `/exam/${exam}`, word: "Continue your test" }
}

// A seat that waits comes before everything; then a test without a seat.
function testStep(done, seats) {
  const waiting = done.find(({ module }) => seats.some((it) => it.module === module && (it.state === "held" || it.state === "offered")))
  if (waiting) return { text: `A seat for your test of ${waiting.title} waits for you.`, hint: "It is yours for a short time only.", href: "/tests", word: "See it" }
  const without = done.find(({ module, settled }) => !settled && !seats.some((it) => it.module === module && HAS_SEAT.has(it.state)))
  if (without) return { text: `All hours of ${without.title} are confirmed.`, hint: "Book its test when it suits you.", href: "/tests", word: "Book your test" }
  return null
}

function study({ title, href }, hours) {
  const begun = (hours?.confirmed_s ?? 0) > 0
  const left = hours ? Math.max(0, hours.required_s - hours.confirmed_s) : null
  const hint = left === null ? "" : `${asClock(left)} still to confirm.`
  return { text: `Next: ${title}.`, hint, href, word: begun ? "Continue" : "Begin" }
}

function isDone(hours) {
  return hours !== undefined && hours.confirmed_s >= hours.required_s
}
