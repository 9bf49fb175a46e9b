import assert from "node:assert/strict"
import { test } from "node:test"

import { lineWords } from "../../static/js/models/timeline.js"
import { inWords } from "../../static/js/models/times.js"
import { testClock, toldSentences, toldSign } from "../../static/js/models/told.js"

const NOW = Date.parse("2026-11-29T10:00:00Z")
const told = (times, kind, secondsAgo) => ({ times, last: [{ kind, at: new Date(NOW - 1000 * secondsAgo).toISOString() }] })

test("what was told is counted in words", () => {
  assert.deepEqual(toldSentences(told({ copied: 1, left_full_screen: 3 }, "copied", 9)), ["Left full screen 3 times", "Copied once"])
  assert.deepEqual(toldSentences(null), [])
})

test("a sign comes for what was told just now, and goes", () => {
  const once = (ago) => toldSign(told({ left_full_screen: 1, back_in_full_screen: 1 }, "left_full_screen", ago), NOW)
  assert.equal(once(60), "Left full screen once")
  assert.equal(once(301), "")
})

test("a sign stays where much was told, and names the most of it", () => {
  assert.equal(toldSign(told({ left_full_screen: 3, hidden: 1 }, "hidden", 900), NOW), "")
  assert.equal(toldSign(told({ left_full_screen: 3, hidden: 2 }, "hidden", 900), NOW), "Left full screen 3 times, 2 more")
})

test("coming back is no sign", () => {
  assert.equal(toldSign(told({ visible: 9, back_in_full_screen: 9 }, "visible", 1), NOW), "")
  assert.equal(toldSign(null, NOW), "")
})

test("an event in a timeline says whose word it is", () => {
  assert.deepEqual(lineWords({ what: "event", word: "left_full_screen" }), ["calm", "The browser told: left full screen"])
})

test("a test's clock runs on its row only while the test does", () => {
  assert.equal(testClock({ state: "running", left_s: 600 }, 5000).left, 595)
  assert.equal(testClock({ state: "running", left_s: 2 }, 5000).left, 0)
  assert.deepEqual(testClock({ state: "paused", left_s: 600 }, 5000), { left: 600, words: "left: the clock stands" })
  assert.equal(testClock({ state: "ready", left_s: 3600 }, 5000).left, 3600)
})

test("what lies close together is told to the second", () => {
  const at = new Date(2026, 10, 29, 10, 5, 7)
  assert.equal(inWords(at, at, "en-GB"), "10:05")
  assert.equal(inWords(at, at, "en-GB", { exact: true }), "10:05:07")
  const utc = new Date("2026-11-29T20:36:07Z")
  assert.equal(inWords(utc, utc, "en-GB", { zone: "Asia/Kolkata" }), "02:06")
  assert.match(inWords(utc, new Date("2026-11-29T12:00:00Z"), "en-GB", { zone: "Asia/Kolkata" }), /30 Nov.* 2026, 02:06/)
  assert.equal(inWords(at, at, "en-GB", { zone: "Nowhere/Land" }), "10:05")
})
