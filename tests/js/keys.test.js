import assert from "node:assert/strict"
import { test } from "node:test"

import { meaning, move } from "../../static/js/models/keys.js"

const body = { tagName: "BODY" }
const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })

test("figures choose, letters go", () => {
  assert.deepEqual(meaning(press("2"), body), { choose: "2" })
  assert.deepEqual(meaning(press("j"), body), { go: "after" })
  assert.equal(meaning(press("e"), body), "enlarge")
  assert.equal(meaning(press("x"), body), null)
})

test("who types a reason types letters", () => {
  assert.equal(meaning(press("j"), { tagName: "TEXTAREA" }), null)
  assert.equal(meaning(press("Enter", { ctrlKey: true }), { tagName: "TEXTAREA" }), "decide")
  assert.deepEqual(meaning(press("3"), { tagName: "INPUT", type: "radio" }), { choose: "3" })
})

test("nothing falls off the ends of the queue", () => {
  assert.deepEqual([move(0, -1, 3), move(1, 1, 3), move(2, 1, 3)], [0, 2, 2])
})
