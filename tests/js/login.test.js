import assert from "node:assert/strict"
import { test } from "node:test"
import { advice } from "../../static/js/models/strength.js"
import { inWords } from "../../static/js/models/times.js"

const weak = { score: 1, feedback: { warning: "This is a common word.", suggestions: [] } }
const strong = { score: 4, feedback: { warning: "", suggestions: [] } }

test("an empty field gets no verdict", () => assert.equal(advice(weak, 0, 8), null))
test("what is too short says how much is missing", () => {
  assert.equal(advice(weak, 5, 8), "3 more characters at least.")
  assert.equal(advice(weak, 7, 8), "1 more character at least.")
})
test("a weak one says why, a strong one does not nag", () => {
  assert.equal(advice(weak, 9, 8), "Easy to guess. This is a common word.")
  assert.equal(advice(strong, 30, 8), "Very strong.")
})
test("today needs no date, another day does", () => {
  const now = new Date(2026, 10, 23, 21, 0)
  assert.equal(inWords(new Date(2026, 10, 23, 9, 5), now, "en-GB"), "09:05")
  assert.match(inWords(new Date(2026, 10, 24, 9, 5), now, "en-GB"), /24 Nov.* 2026, 09:05/)
})
