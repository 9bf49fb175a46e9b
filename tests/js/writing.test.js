import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { write } from "../../static/js/transport/writing.js"

const sent = []
const answers = []

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
  assert.deepEqual(await write("hand-in", { key: "k" }, {}, { state: () => state, overtaken }), { state: "ended" })
  assert.deepEqual(sent, [["/api/exams/e1/hand-in", { epoch: 3, key: "k" }], ["/api/exams/e1/hand-in", { epoch: 4, key: "k" }]])
})

test("another page has the test: nothing is sent again", async () => {
  answers.push("opened_elsewhere", "opened_elsewhere")
  const told = []
  const overtaken = (epoch) => { told.push(epoch); return false }
  await assert.rejects(write("answers", {}, {}, { state: () => ({ exam: "e1", epoch: 3 }), overtaken }), { code: "opened_elsewhere" })
  assert.deepEqual([told, sent.length], [[3], 1])
})

test("answers are not sent under an epoch that another page had before", async () => {
  const state = { exam: "e1", epoch: 3, page_since: 1 }
  answers.push("opened_elsewhere", "opened_elsewhere")
  const overtaken = () => { Object.assign(state, { epoch: 5, page_since: 5 }); return true }
  const tell = { state: () => state, overtaken }
  await assert.rejects(write("answers", {}, {}, tell), { code: "opened_elsewhere" })
  assert.equal(sent.length, 1)
  state.epoch = 3
  assert.deepEqual(await write("hand-in", {}, {}, tell), { state: "ended" })
})

test("any other refusal is told at once", async () => {
  answers.push("exam_over")
  await assert.rejects(write("hand-in", {}, {}, { state: () => ({ exam: "e1", epoch: 1 }), overtaken: assert.fail }), { code: "exam_over" })
  assert.equal(sent.length, 1)
})
