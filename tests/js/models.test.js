import assert from "node:assert/strict"
import { test } from "node:test"

import { Backoff } from "../../static/js/models/backoff.js"
import { ago, asClock, shares, shownHours } from "../../static/js/models/clock.js"
import { actsFor, filtered, stateWords } from "../../static/js/models/wall.js"

test("provisional time runs on only while it counts", () => {
  const hours = { confirmed_s: 100, provisional_s: 10 }
  assert.equal(shownHours(hours, { counting: true, sinceMs: 3000 }).provisional_s, 13)
  assert.equal(shownHours(hours, { counting: false, sinceMs: 3000 }).provisional_s, 10)
})

test("without news the count stops by itself", () => {
  const hours = { confirmed_s: 0, provisional_s: 0 }
  assert.equal(shownHours(hours, { counting: true, sinceMs: 3_600_000 }).provisional_s, 20)
})

test("confirmed time never moves between states", () => {
  assert.equal(shownHours({ confirmed_s: 7, provisional_s: 0 }, { counting: true, sinceMs: 9000 }).confirmed_s, 7)
})

test("seconds read as a clock", () => {
  assert.equal(asClock(0), "0:00:00")
  assert.equal(asClock(3661.9), "1:01:01")
  assert.equal(asClock(40 * 3600), "40:00:00")
})

test("the bar never passes its end", () => {
  assert.deepEqual(shares({ required_s: 100, confirmed_s: 90, provisional_s: 50 }), { done: 90, maybe: 10 })
  assert.deepEqual(shares({ required_s: 100, confirmed_s: 130, provisional_s: 5 }), { done: 100, maybe: 0 })
})

test("how long ago", () => {
  const now = Date.parse("2026-01-05T10:00:00Z")
  assert.equal(ago("2026-01-05T09:59:55Z", now), "5 s ago")
  assert.equal(ago("2026-01-05T09:48:00Z", now), "12 min ago")
  assert.equal(ago("2026-01-05T10:00:09Z", now), "0 s ago")
  assert.equal(ago(null, now), "")
})

test("waiting doubles up to its limit, and starts anew after success", () => {
  const backoff = new Backoff({ random: () => 1 })
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => backoff.next()), [500, 1000, 2000, 4000, 8000, 8000])
  backoff.reset()
  assert.equal(backoff.next(), 500)
})

test("jitter keeps pages from returning together", () => {
  assert.equal(new Backoff({ random: () => 0 }).next(), 250)
})

test("the wall finds students by every word typed", () => {
  const sittings = [{ name: "Asha Rao", srn: "ASHA001" }, { name: "Ben Thomas", srn: "BEN002" }]
  assert.deepEqual(filtered(sittings, { q: "rao asha" }).map(({ srn }) => srn), ["ASHA001"])
  assert.equal(filtered(sittings, { q: "  " }).length, 2)
  assert.equal(filtered(sittings, { q: "zoe" }).length, 0)
})

test("a row says its state in words and offers what can be done", () => {
  assert.deepEqual(stateWords({ state: "paused", reason: "mismatch" }), ["bad", "Not recognised"])
  assert.equal(actsFor({ state: "running", reason: null }).resume, false)
  assert.equal(actsFor({ state: "paused", reason: "proctor" }).pause, false)
})
