import assert from "node:assert/strict"
import { test } from "node:test"

import { lineWords } from "../../static/js/models/timeline.js"
import { filtered, fresh, held, sorted, stateWords, strip, verdictWords } from "../../static/js/models/wall.js"
import { SPARE, windowOf } from "../../static/js/models/window.js"

const sitting = (more) => ({ id: "1", name: "Asha Rao", srn: "A1", state: "running", module: "CEL", risk: "low", need: 0, opened_at: "2026-01-05T10:00:00Z", incident: null, ...more })
const ids = (list) => list.map(({ id }) => id)
const counts = { running: 2, checking_in: 0, paused: 1, to_review: 0, looks: 4, passed: 3, unavailable: 0, overdue_s: 0, late_after_s: 45 }

test("filters narrow by state, module, risk and need", () => {
  const all = [sitting(), sitting({ id: "2", state: "paused", need: 3, module: "TAX" }), sitting({ id: "3", risk: "high" })]
  assert.deepEqual(ids(filtered(all, { state: "paused" })), ["2"])
  assert.deepEqual(ids(filtered(all, { state: "needs" })), ["2"])
  assert.deepEqual(ids(filtered(all, { module: "TAX" })), ["2"])
  assert.deepEqual(ids(filtered(all, { risk: "high" })), ["3"])
  assert.equal(filtered(all, {}).length, 3)
})

test("tests alone are found, and studying alone", () => {
  const all = [sitting({ id: "t", kind: "exam" }), sitting({ id: "l", kind: "learning" })]
  assert.deepEqual(ids(filtered(all, { kind: "exam" })), ["t"])
  assert.deepEqual(ids(filtered(all, { kind: "learning" })), ["l"])
})

test("raised risk is raised or higher", () => {
  const all = ["low", "raised", "high"].map((risk) => sitting({ id: risk, risk }))
  assert.deepEqual(ids(filtered(all, { risk: "raised" })), ["raised", "high"])
  assert.deepEqual(ids(filtered(all, { risk: "high" })), ["high"])
})

test("by need is the server's order, others are ours", () => {
  const all = [sitting({ id: "z", name: "Zoe" }), sitting({ id: "b", name: "Ben", opened_at: "2026-01-05T09:00:00Z" })]
  assert.deepEqual(ids(sorted(all, "")), ["z", "b"])
  assert.deepEqual(ids(sorted(all, "name")), ["b", "z"])
  assert.deepEqual(ids(sorted(all, "time")), ["b", "z"])
})

test("rows keep their places while somebody points at one", () => {
  const all = [sitting({ id: "new" }), sitting({ id: "b" }), sitting({ id: "a" })]
  assert.deepEqual(ids(held(all, ["a", "b", "gone"])), ["a", "b", "new"])
})

test("only what is on the screen is made", () => {
  const { first, last } = windowOf({ top: 9200, height: 920, row: 92, count: 500 })
  assert.deepEqual([first, last], [100 - SPARE, 110 + SPARE])
  assert.deepEqual(windowOf({ top: -300, height: 900, row: 90, count: 3 }), { first: 0, last: 3 })
  assert.deepEqual(windowOf({ top: 99999, height: 900, row: 90, count: 0 }), { first: 0, last: 0 })
})

test("the strip says a fault in words", () => {
  const calm = strip({ counts, media: { nodes: 1, streams: 2, capacity: 400 } })
  assert.equal(calm.find(({ name }) => name === "Looks, last hour").words, "75 % passed")
  assert.ok(!calm.some(({ alert }) => alert))
  const bad = strip({ counts: { ...counts, overdue_s: 46 }, media: { nodes: 0, streams: 0, capacity: 0 } })
  assert.match(bad.find(({ name }) => name === "Media nodes").words, /No camera/)
  assert.match(bad.find(({ name }) => name === "Worker lag").words, /late/)
  assert.match(strip({ counts, media: null })[5].words, /Redis/)
})

test("a lag says what it means and what to do", () => {
  const at = (overdue_s) => strip({ counts: { ...counts, overdue_s }, media: null }).find(({ name }) => name === "Worker lag")
  assert.deepEqual([at(44).alert, at(44).figure, at(44).words], [false, "44 s", "Looks come in time"])
  assert.deepEqual([at(1800).alert, at(1800).figure], [true, "30 min"])
  assert.match(at(1800).words, /No student loses time.*Tell an admin/)
})

test("looks we could not check are told, and many of them are a fault", () => {
  const of = (more) => strip({ counts: { ...counts, ...more }, media: null }).find(({ name }) => name === "Looks, last hour")
  const few = of({ looks: 100, passed: 90, unavailable: 4 })
  assert.deepEqual([few.alert, few.words], [false, "90 % passed, 4 % we could not check"])
  const many = of({ looks: 10, passed: 5, unavailable: 5 })
  assert.deepEqual([many.alert, many.words], [true, "50 % passed, 50 % we could not check: our fault, tell an admin"])
  assert.match(of({ looks: 1000, passed: 999, unavailable: 1 }).words, /under 1 % we could not check/)
})

test("an incident is news once", () => {
  const all = [sitting({ incident: { id: "i1" } }), sitting({ id: "2", incident: { id: "i2" } })]
  assert.deepEqual(fresh(all, new Set(["i1"])), ["i2"])
})

test("what is new on the wall has its words", () => {
  assert.deepEqual(stateWords({ state: "paused", reason: "not_as_asked" }), ["bad", "Head not turned"])
  assert.match(verdictWords("same_clip"), /another/)
})

test("a timeline reads as sentences", () => {
  assert.deepEqual(lineWords({ what: "look", word: "mismatch", detail: "random" }), ["bad", "Look (random): not recognised"])
  assert.match(lineWords({ what: "act", word: "sitting.end", detail: "Priya: asleep" })[1], /Ended, Priya: asleep/)
  assert.match(lineWords({ what: "sign", word: "frozen", detail: "2" })[1], /2×/)
  assert.match(lineWords({ what: "stops", word: "void", detail: "not_as_asked" })[1], /void, not as asked/)
})
