import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

// A browser and a server whose answers may get lost on the way back.
const server = { epoch: 0, page: null, since: 1, before: null, answers: new Map(), loses: new Set(), away: new Set() }
const told = () => ({ exam: "e1", state: "running", epoch: server.epoch, page: server.page, page_since: server.since, page_before: server.before, now: new Date().toISOString(), deadline_at: new Date(Date.now() + 1e6).toISOString() })
const kept = new Map()
globalThis.document = Object.assign(new EventTarget(), { querySelector: (what) => (what.startsWith("meta") ? { content: "token" } : null), visibilityState: "visible" })
globalThis.screen = {}
globalThis.location = { origin: "http://x", protocol: "http:", host: "x", assign() {} }
globalThis.WebSocket = class extends EventTarget { readyState = 1; send() {} close() {} }
globalThis.addEventListener ??= () => {}
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true })
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }

function reopened(page) {
  server.epoch++
  if (page !== server.page) Object.assign(server, { since: server.epoch, before: server.page, page })
  return { exam: told(), stream: null }
}

function saved({ epoch, answers }) {
  if (epoch !== server.epoch) return null
  for (const it of answers) if ((server.answers.get(it.place)?.turn ?? 0) < it.turn) server.answers.set(it.place, it)
  return { saved: answers, refused: [] }
}

const paper = () => ({ ...told(), next_event: 1, questions: [{ place: 1, turn: 0, answer: null, flagged: false, kind: "single", text: "", options: [], ...server.answers.get(1) }] })
const ACTS = { "/api/exams": ({ page }) => reopened(page), "/api/exams/e1": paper, "/api/exams/e1/answers": saved }
globalThis.fetch = async (path, { body } = {}) => {
  if (server.away.has(path)) throw new TypeError("network")
  const answer = ACTS[path](JSON.parse(body ?? "{}"))
  if (server.loses.has(path)) throw new TypeError("network")
  return answer ? { ok: true, status: 200, json: async () => answer } : { ok: false, status: 409, json: async () => ({ code: "opened_elsewhere", detail: "" }) }
}
const { Exam } = await import("../../static/js/transport/exam.js")
const { AdmitCard } = await import("../../static/js/models/admit-card.js")
const soon = (ms = 40) => new Promise((go) => setTimeout(go, ms))

beforeEach(() => { Object.assign(server, { epoch: 0, page: null, since: 1, before: null }); server.answers.clear(); server.loses.clear(); server.away.clear(); kept.clear() })

async function opened(t) {
  const life = new AbortController()
  t.after(() => life.abort())
  const exam = new Exam({ seat: "s", module: "", begun: "yes", card: AdmitCard.of({ seat: "s" }) }, life.signal)
  await exam.watching.open()
  await soon()
  return Object.assign(exam, { leave: () => life.abort() })
}

const tell = async (exam) => { exam.watching.dispatchEvent(new CustomEvent("exam", { detail: told() })); await soon() }

async function lostOpening(exam) {
  server.loses.add("/api/exams")
  await assert.rejects(exam.watching.link.ask({}))
  server.loses.delete("/api/exams")
}

test("an opening of ours whose answer got lost is no other page's", async (t) => {
  const exam = await opened(t)
  await lostOpening(exam)
  await tell(exam)
  assert.deepEqual([exam.elsewhere, exam.state.epoch, server.epoch], [false, 2, 2])
  await lostOpening(exam)
  exam.answering.answer(1, 3)
  await soon(600)
  assert.equal(exam.elsewhere, false)
  assert.equal(server.answers.get(1).answer, 3)
})

test("after a lost answer and a lost opening the newest answer of this page counts", async (t) => {
  const exam = await opened(t)
  server.loses.add("/api/exams/e1/answers")
  exam.answering.answer(1, 0)
  await soon()
  assert.equal(server.answers.get(1).answer, 0)
  server.away.add("/api/exams/e1/answers")
  await lostOpening(exam)
  exam.answering.answer(1, 3)
  await soon()
  server.away.clear()
  server.loses.clear()
  await exam.watching.link.ask({}).catch(() => {})
  await soon(600)
  assert.equal(exam.answering.sheet.answerOf(1), 3)
  assert.deepEqual([server.answers.get(1).answer, exam.answering.sheet.waiting], [3, 0])
})

test("reloaded after a lost opening, what waited here is newer", async (t) => {
  const before = await opened(t)
  server.loses.add("/api/exams/e1/answers")
  before.answering.answer(1, 0)
  await soon()
  server.away.add("/api/exams/e1/answers")
  before.answering.answer(1, 3)
  await soon()
  await lostOpening(before)
  before.leave()
  server.away.clear()
  server.loses.clear()
  const exam = await opened(t)
  await soon(600)
  assert.equal(exam.answering.sheet.answerOf(1), 3)
  assert.equal(server.answers.get(1).answer, 3)
})

test("another page that had it in between is told, and what it answered is newer", async (t) => {
  const exam = await opened(t)
  server.loses.add("/api/exams/e1/answers")
  exam.answering.answer(1, 0)
  await soon()
  reopened("another-page")
  server.answers.set(1, { place: 1, turn: 5, answer: 2 })
  server.loses.clear()
  await tell(exam)
  assert.equal(exam.elsewhere, true)
  await exam.watching.open()
  await soon()
  assert.equal(exam.elsewhere, false)
  assert.equal(exam.answering.sheet.answerOf(1), 2)
  assert.equal(server.answers.get(1).answer, 2)
})

test("another page is noticed by a refused answer, too", async (t) => {
  const exam = await opened(t)
  reopened("another-page")
  exam.answering.answer(1, 0)
  await soon(600)
  assert.equal(exam.elsewhere, true)
  assert.equal(server.answers.size, 0)
})
