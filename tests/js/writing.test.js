import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { write } from "../../static/js/transport/writing.js"

const sent = []
const answers = []
const sheet = () => "the same"

globalThis.document = { querySelector: () => ({ content: "token" }) }
globalThis.fetch = async (path, { body }) => {
  sent.push([path, JSON.parse(body)])
  const problem = answers.shift()
  return { ok: !problem, status: problem ? 409 : 200, json: async () => (problem ? { code: problem } : { state: "ended" }) }
}

beforeEach(() => { sent.length = answers.length = 0 })

test("what our own opening overtook is sent again under the new epoch", async () => {
  const state = { exam: "e1", epoch: 3 }
  answers.push("opened_elsewhere")
  const overtaken = () => { state.epoch = 4; return true }
  assert.deepEqual(await write("hand-in", { key: "k" }, {}, { state: () => state, sheet, overtaken }), { state: "ended" })
  assert.deepEqual(sent, [["/api/exams/e1/hand-in", { epoch: 3, key: "k" }], ["/api/exams/e1/hand-in", { epoch: 4, key: "k" }]])
})

test("another page has the test: nothing is sent again", async () => {
  answers.push("opened_elsewhere", "opened_elsewhere")
  const told = []
  const overtaken = (epoch) => { told.push(epoch); return false }
  await assert.rejects(write("answers", {}, {}, { state: () => ({ exam: "e1", epoch: 3 }), sheet, overtaken }), { code: "opened_elsewhere" })
  assert.deepEqual([told, sent.length], [[3], 1])
})

test("what is of a sheet is sent again as long as it is the same sheet, anything else in any case", async () => {
  const state = { exam: "e1", epoch: 3 }
  let taken = 0
  const overtaken = () => { state.epoch++; taken++; return true }
  for (const [what, sheet, times] of [["answers", () => 0, 2], ["flag", () => taken, 1], ["hand-in", () => taken, 2]]) {
    answers.push("opened_elsewhere")
    sent.length = 0
    const written = write(what, {}, {}, { state: () => state, sheet, overtaken })
    await (times === 1 ? assert.rejects(written, { code: "opened_elsewhere" }) : written)
    assert.equal(sent.length, times)
  }
})

test("any other refusal is told at once", async () => {
  answers.push("exam_over")
  await assert.rejects(write("hand-in", {}, {}, { state: () => ({ exam: "e1", epoch: 1 }), sheet, overtaken: assert.fail }), { code: "exam_over" })
  assert.equal(sent.length, 1)
})
