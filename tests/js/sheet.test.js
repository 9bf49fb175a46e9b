import assert from "node:assert/strict"
import { test } from "node:test"
import { asClock, Sheet } from "../../static/js/models/sheet.js"

test("answers wait until they are acknowledged, the newest of a place alone", () => {
  const sheet = new Sheet()
  sheet.take([{ place: 1, turn: 4 }, { place: 2, turn: 0 }])
  sheet.answer(1, 0)
  sheet.answer(1, 2)
  sheet.answer(2, "1,5")
  assert.deepEqual(sheet.batch, [{ place: 1, turn: 6, answer: 2 }, { place: 2, turn: 1, answer: "1,5" }])
})

test("an acknowledgement of an older turn leaves the newer one waiting", () => {
  const sheet = new Sheet()
  sheet.answer(1, 0)
  const [sent] = sheet.batch
  sheet.answer(1, 1)
  sheet.settle([sent])
  assert.deepEqual(sheet.batch, [{ place: 1, turn: 2, answer: 1 }])
  sheet.settle(sheet.batch)
  assert.deepEqual(sheet.batch, [])
})

test("after a stale answer turns go on from the newest", () => {
  const sheet = new Sheet()
  sheet.answer(1, 0)
  sheet.settle([{ place: 1, turn: 1, newest: 9 }])
  sheet.answer(1, 3)
  assert.equal(sheet.batch[0].turn, 10)
})

test("the clock never goes below nothing", () => {
  assert.equal(asClock(3661), "01:01:01")
  assert.equal(asClock(0.2), "00:00:01")
  assert.equal(asClock(-5), "00:00:00")
})
