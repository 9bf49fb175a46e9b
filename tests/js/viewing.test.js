import assert from "node:assert/strict"
import { test } from "node:test"

import { PACES, paceOf } from "../../static/js/models/pace.js"
import { lineWords } from "../../static/js/models/timeline.js"
import { isPassing, leftWords, viewWords, viewersWords, watchedWords } from "../../static/js/models/viewing.js"

test("a look comes before whoever looks live, and nobody is a second a frame", () => {
  assert.equal(paceOf({ looking: false, watched: false }), "idle")
  assert.equal(paceOf({ looking: false, watched: true }), "watched")
  assert.equal(paceOf({ looking: true, watched: true }), "burst")
  assert.equal(paceOf({ looking: true, watched: false }), "burst")
})

test("more is sent the more it is needed, and all of it is bounded", () => {
  const { idle, watched, burst } = PACES
  for (const what of ["maxFramerate", "maxBitrate"]) assert.ok(idle[what] < watched[what] && watched[what] < burst[what])
})

test("a student is told in words, and only while it lasts", () => {
  assert.match(watchedWords({ watched_since: "2026-01-05T10:00:00Z" }), /looking at your camera/)
  assert.equal(watchedWords({ watched_since: null }), "")
  assert.equal(watchedWords(null), "")
})

test("what is left is told in minutes and seconds", () => {
  assert.equal(leftWords(600_000), "10:00 left")
  assert.equal(leftWords(61_000), "1:01 left")
  assert.equal(leftWords(-5), "0:00 left")
})

test("a view says how it is, and a refusal says why not", () => {
  for (const state of ["idle", "asking", "connecting", "live", "again", "over"]) assert.equal(viewWords(state, null).length, 2)
  assert.deepEqual(viewWords("idle", "No video."), ["bad", "No video."])
})

test("only what may pass is tried again", () => {
  assert.ok(isPassing("no_live_video"))
  for (const code of ["sitting_ended", "say_why_view", "too_many_viewers", "failed"]) assert.ok(!isPassing(code))
})

test("colleagues who look are counted, and a view is a line of the timeline", () => {
  assert.equal(viewersWords(0), "")
  assert.match(viewersWords(1), /One/)
  assert.match(viewersWords(2), /2/)
  const [, words] = lineWords({ what: "act", word: "sitting.view", detail: "Pia: looks away" })
  assert.equal(words, "Looked live, Pia: looks away")
})
