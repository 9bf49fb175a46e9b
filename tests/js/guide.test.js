import assert from "node:assert/strict"
import { test } from "node:test"
import { guideSteps, guideWords } from "../../static/js/models/guide.js"

const guide = (given) => ({ ask: "left", looking: false, taken: ["front"], trouble: null, ...given })

test("what is asked is said, with how to do it", () => {
  const { title, hint } = guideWords(guide())
  assert.match(title, /to your left/)
  assert.match(hint, /two seconds/)
})

test("what was wrong with the last try is said instead, in words that help", () => {
  assert.match(guideWords(guide({ trouble: "dark" })).hint, /lamp/)
  assert.match(guideWords(guide({ trouble: "not_as_asked" })).hint, /further/)
})

test("nothing is said that would help to deceive, nor of a fault of ours", () => {
  const unclear = ["spoof", "mismatch", "held"].map((trouble) => guideWords(guide({ trouble })).hint)
  assert.equal(new Set(unclear).size, 1)
  assert.equal(guideWords(guide({ trouble: "system_unavailable" })).hint, guideWords(guide()).hint)
})

test("each side is done, asked for now, or still to come", () => {
  const steps = Object.fromEntries(guideSteps(guide()))
  assert.deepEqual(steps, { front: "done", left: "now", right: "next", up: "next" })
})
