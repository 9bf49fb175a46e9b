import assert from "node:assert/strict"
import { test } from "node:test"

import { act, availability, dayWords, fold, freeOf, freeOfDay, tone } from "../../static/js/models/availability.js"
import { asCountdown, said, secondsLeft, tone as toneOfTime } from "../../static/js/models/holding.js"
import { nextStep, testWord } from "../../static/js/models/next.js"
import { news } from "../../static/js/models/seats.js"

test("a hold counts down as a clock, a long offer in hours", () => {
  assert.equal(asCountdown(600), "10:00")
  assert.equal(asCountdown(65), "1:05")
  assert.equal(asCountdown(0), "0:00")
  assert.equal(asCountdown(7_080), "1 h 58 min")
})

test("time that is over is nothing, never less", () => {
  assert.equal(secondsLeft(10_000, 9_999), 1)
  assert.equal(secondsLeft(10_000, 10_000), 0)
  assert.equal(secondsLeft(10_000, 99_000), 0)
})

test("five, two and one minute and the end are said, each once", () => {
  const heard = []
  for (let left = 600; left > 0; left--) heard.push(said(left, left - 1))
  assert.deepEqual(heard.filter(Boolean), ["5 minutes left.", "2 minutes left.", "1 minute left.", "The time is over."])
})

test("a page that slept says only the latest", () => {
  assert.equal(said(400, 90), "2 minutes left.")
  assert.equal(said(400, 0), "The time is over.")
  assert.equal(said(90, 89), null)
})

test("the last minute looks urgent", () => {
  assert.deepEqual([300, 120, 60].map(toneOfTime), ["calm", "wait", "bad"])
})

test("free seats are words", () => {
  assert.deepEqual([12, 1, 0, -1].map(availability), ["12 seats free", "Last seat", "Full", "Full"])
  assert.deepEqual([12, 1, 0].map(tone), ["some", "last", "full"])
})

test("the button holds a seat, or waits in line when there is none", () => {
  assert.deepEqual(act("choose", 2), { word: "Hold this seat", primary: true, path: "hold", disabled: false })
  assert.deepEqual(act("choose", 0), { word: "Wait in line", primary: false, path: "join", disabled: false })
})

test("nobody waits in line to move", () => {
  assert.equal(act("move", 1).disabled, false)
  assert.deepEqual(act("move", 0), { word: "Full", primary: false, path: null, disabled: true })
})

test("nobody waits for a slot that is cancelled", () => {
  assert.deepEqual(act("choose", 0, true), { word: "Cancelled", primary: false, path: null, disabled: true })
})

test("the two pools are counted apart, and a cancelled slot has none", () => {
  const slot = { free: 3, accessible_free: 1, cancelled: false }
  assert.deepEqual([freeOf(slot, false), freeOf(slot, true)], [3, 1])
  assert.equal(freeOf({ ...slot, cancelled: true }, false), 0)
  assert.equal(freeOf({ ...slot, free: -1 }, false), 0)
})

test("folding states one by one is the same as the latest at once", () => {
  const early = { slots: [{ slot: "a", free: 2 }, { slot: "b", free: 5 }] }
  const late = { slots: [{ slot: "a", free: 1 }] }
  const folded = fold(fold(new Map(), early), late)
  assert.deepEqual([...folded.values()].map(({ free }) => free), [1, 5])
})

test("a day has the seats of its slots, once all of them are known", () => {
  const slots = fold(new Map(), { slots: [{ slot: "a", free: 2, accessible_free: 0 }, { slot: "b", free: 5, accessible_free: 1 }] })
  assert.equal(freeOfDay(["a", "b"], slots, false), 7)
  assert.equal(freeOfDay(["a", "b"], slots, true), 1)
  assert.equal(freeOfDay(["a", "c"], slots, false), null)
})

test("a day's number has its words for who hears it", () => {
  assert.deepEqual(dayWords(7), { number: "7", rest: " seats free" })
  assert.deepEqual(dayWords(1), { number: "1", rest: " seat free" })
  assert.deepEqual(dayWords(0), { number: "full", rest: "" })
})

const nothing = { seats: {}, lines: {} }
const held = { seat: "1", module: "CEL", state: "held" }

test("a seat that appears is said with its module, and what is known is not said again", () => {
  const now = { seats: [held], lines: [] }
  assert.deepEqual(news(nothing, now, { CEL: "Laws" }), { words: "Laws: a seat is held for you.", stale: true })
  assert.deepEqual(news({ ...nothing, seats: { 1: "held" } }, now), { words: "", stale: false })
})

test("a hold that ends or is booked is said", () => {
  const known = { ...nothing, seats: { 1: "held" } }
  const after = (state) => news(known, { seats: [{ ...held, state }], lines: [] }).words
  assert.equal(after("expired"), "The time to pay is over, and the seat is given back.")
  assert.equal(after("booked"), "Your seat is booked.")
})

test("a seat that came and went before the page was opened is no news", () => {
  assert.deepEqual(news(nothing, { seats: [{ ...held, state: "released" }], lines: [] }), { words: "", stale: false })
})

test("another place in line is shown, not said", () => {
  const known = { seats: {}, lines: { s: 2 } }
  assert.deepEqual(news(known, { seats: [], lines: [{ slot: "s", place: 1 }] }), { words: "", stale: true })
  const seen = { seats: { 1: "held" }, lines: { s: 1 }, versions: { 1: "0.0", s: "0" } }
  const told = (seat, line) => news(seen, { seats: [{ ...held, seat: "1", version: seat }], lines: [{ slot: "s", place: 1, version: line }] }).stale
  assert.deepEqual([told("0.0", "0"), told("2.0", "0"), told("0.0", "1")], [false, true, true])
  assert.deepEqual(news(known, { seats: [], lines: [{ slot: "s", place: 2 }] }), { words: "", stale: false })
})

const own = [{ module: "CEL", title: "Laws", href: "/study/CEL" }, { module: "SCPM", title: "Costs", href: "/study/SCPM" }]
const done = { module: "CEL", required_s: 10, confirmed_s: 10, provisional_s: 0 }
const open = { module: "SCPM", required_s: 10, confirmed_s: 5, provisional_s: 0 }

test("a module whose hours are confirmed leads to its test, until it has a seat", () => {
  const next = (seats) => nextStep([done, open], null, own, [], seats)
  assert.equal(next([]).href, "/tests")
  assert.equal(next([{ module: "CEL", state: "expired" }]).word, "Book your test")
  assert.equal(next([{ module: "CEL", state: "booked" }]).href, "/study/SCPM")
})

test("nobody is told to book where a result waits, was passed, or the test is open from here", () => {
  const settled = own.map((it) => ({ ...it, settled: "yes" }))
  assert.equal(nextStep([done, open], null, settled, [], []).text, "Next: Costs.")
  assert.match(nextStep([done, open], null, settled, [], [{ module: "CEL", state: "held" }]).text, /A seat for your test of .* waits/)
})

test("a seat that waits to be paid comes before all studying", () => {
  const next = nextStep([done, open], null, own, [], [{ module: "CEL", state: "held" }])
  assert.equal(next.word, "See it")
})

test("hours that are not confirmed lead to no test", () => {
  assert.equal(testWord("SCPM", open, []), null)
  assert.equal(testWord("CEL", done, []), "Book your test")
  assert.equal(testWord("CEL", done, [{ module: "CEL", state: "booked" }]), "Your test")
  assert.equal(testWord("CEL", done, [], true), null)
  assert.equal(testWord("CEL", done, [{ module: "CEL", state: "held" }], true), "Your seat waits for you")
})

test("a test that is open comes before everything, and says how its clock stands", () => {
  const own = [{ module: "CEL", title: "Law", href: "/study/CEL" }]
  const next = (state) => nextStep([], { module: "CEL", kind: "exam" }, own, [], null, { exam: "e1", module: "CEL", state })
  assert.deepEqual(next("running"), { text: "Your test of Law goes on.", hint: "So does its clock.", href: "/exam/e1", word: "Continue your test" })
  assert.match(next("ready").hint, /has not begun/)
  assert.match(next("paused").hint, /stands still/)
  assert.equal(next("ended").word, "Begin")
})
