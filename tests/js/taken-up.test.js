import assert from "node:assert/strict"
import { test } from "node:test"

// A browser and a server as far as taking up a test needs them.
const server = { state: "running", epoch: 1, sent: [] }
const told = () => ({ exam: "e1", state: server.state, epoch: server.epoch, now: new Date().toISOString(), deadline_at: new Date(Date.now() + 1e6).toISOString() })
const PAPER = [{ place: 1, turn: 3, answer: 2, flagged: false, kind: "single", text: "", options: [] }]
const kept = new Map()
globalThis.document = Object.assign(new EventTarget(), { querySelector: (what) => (what.startsWith("meta") ? { content: "token" } : null), visibilityState: "visible" })
globalThis.screen = {}
globalThis.location = { origin: "http://x", protocol: "http:", host: "x", assign() {} }
globalThis.WebSocket = class extends EventTarget { readyState = 1; send() {} close() {} }
globalThis.addEventListener ??= () => {}
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true })
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
globalThis.fetch = async (path, { body } = {}) => {
  const answer = {
    "/api/exams": () => ({ exam: told(), stream: null }),
    "/api/exams/e1": () => ({ ...told(), next_event: 1, questions: server.state === "running" ? PAPER : [] }),
    "/api/exams/e1/answers": () => { const { answers } = JSON.parse(body); server.sent.push(...answers); return { saved: answers, refused: [] } },
  }[path]
  return { ok: true, status: 200, json: async () => answer() }
}
const { Exam } = await import("../../static/js/transport/exam.js")
const { AdmitCard } = await import("../../static/js/models/admit-card.js")
const soon = () => new Promise((go) => setTimeout(go, 40))

test("taken up during a pause, what another device answered is read before anything is sent", async (t) => {
  const life = new AbortController()
  t.after(() => life.abort())
  const exam = new Exam({ seat: "s", module: "", begun: "yes", card: AdmitCard.of({ seat: "s" }) }, life.signal)
  const tell = async () => { exam.watching.dispatchEvent(new CustomEvent("exam", { detail: told() })); await soon() }
  await exam.watching.open()
  await soon()
  server.epoch = 2 // another device has it
  await tell()
  assert.equal(exam.elsewhere, true)
  Object.assign(server, { state: "paused", epoch: 3 })
  await exam.watching.open()
  await soon()
  assert.equal(exam.answering.sheet.answerOf(1), null)
  server.state = "running"
  await tell()
  assert.equal(exam.answering.sheet.answerOf(1), 2)
  exam.answering.answer(1, 0)
  await soon()
  assert.deepEqual(server.sent, [{ place: 1, turn: 4, answer: 0 }])
})
