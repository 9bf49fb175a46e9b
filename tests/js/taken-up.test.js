import assert from "node:assert/strict"
import { test } from "node:test"
import { server } from "./exam-server.js"

const { Exam } = await import("../../static/js/transport/exam.js")
const { AdmitCard } = await import("../../static/js/models/admit-card.js")
const soon = (ms = 40) => new Promise((go) => setTimeout(go, ms))

// A page of this browser that has the test. There is no camera.
async function opened(t) {
  const life = new AbortController()
  t.after(() => life.abort())
  const exam = new Exam({ seat: "s", module: "", begun: "yes", card: AdmitCard.of({ seat: "s" }) }, life.signal)
  await exam.watching.open()
  await soon()
  return exam
}

// What the socket tells: how the test stands by now.
async function tell(exam) {
  exam.watching.dispatchEvent(new CustomEvent("exam", { detail: server.told() }))
  await soon()
}

// As where the camera's connection is made anew.
const reconnect = (exam) => exam.watching.link.ask({}).catch(({ code }) => code)

// An answer that is kept while we are not told so; then newer ones, of which the last waits.
async function answerOffline(exam) {
  server.lose.add("answers")
  exam.answering.answer(1, 0)
  await soon()
  server.down.add("answers")
  for (const option of [1, 2, 3]) exam.answering.answer(1, option)
  await soon()
  server.lose.clear()
  assert.deepEqual([server.answers.get(1).answer, exam.answering.sheet.batch], [0, [{ place: 1, turn: 4, answer: 3 }]])
}

// Everything arrives again, and what waits is sent.
async function online(exam) {
  server.lose.clear()
  server.down.clear()
  exam?.answering.flush()
  await soon(600)
}

test("taken up during a pause, what another device answered is read before anything is sent", async (t) => {
  server.begin()
  const exam = await opened(t)
  await answerOffline(exam)
  server.openElsewhere(2, 2)
  await tell(exam)
  assert.equal(exam.elsewhere, true)
  server.down.clear()
  server.state = "paused"
  await exam.watching.open()
  await soon()
  await reconnect(exam) // and the camera once more
  server.state = "running"
  await tell(exam)
  assert.equal(exam.answering.sheet.answerOf(1), 2)
  exam.answering.answer(1, 0)
  await soon()
  assert.deepEqual(server.answers.get(1), { place: 1, turn: 3, answer: 0 })
})

test("an opening whose answer is lost is no other page's: the test goes on here", async (t) => {
  server.begin()
  const exam = await opened(t)
  const before = exam.watching.link.state
  server.lose.add("open")
  assert.equal(await reconnect(exam), "offline")
  await tell(exam)
  assert.deepEqual([exam.elsewhere, exam.state.epoch, exam.watching.link.state], [false, 2, before])
  await reconnect(exam)
  exam.answering.answer(1, 2) // before the socket tells of it
  await soon(600)
  assert.deepEqual([exam.elsewhere, server.answers.get(1).answer, exam.answering.sheet.waiting], [false, 2, 0])
})

test("after an opening whose answer was lost, the newest answer of this device counts", async (t) => {
  server.begin()
  const exam = await opened(t)
  await answerOffline(exam)
  server.lose.add("open")
  await reconnect(exam)
  server.lose.clear()
  server.down.add("paper")
  await reconnect(exam)
  assert.equal(exam.answering.sheet.answerOf(1), 3)
  await online(exam)
  await exam.load()
  await soon()
  assert.equal(exam.answering.sheet.answerOf(1), 3)
  assert.deepEqual(server.answers.get(1), { place: 1, turn: 4, answer: 3 })
})

test("what was answered stays in sight while the paper cannot be read anew", async (t) => {
  server.begin()
  const exam = await opened(t)
  exam.answering.answer(1, 2)
  await soon()
  for (const lost of ["open", "paper"]) {
    server.lose.add(lost)
    await reconnect(exam)
    server.lose.clear()
  }
  assert.deepEqual([exam.state.epoch, exam.answering.sheet.answerOf(1)], [3, 2])
})

test("so the newest answer does where the page was loaded anew in between", async (t) => {
  server.begin()
  const exam = await opened(t)
  await answerOffline(exam)
  server.lose.add("open")
  await reconnect(exam)
  const lost = await opened(t)
  assert.equal(lost.state, null)
  server.lose.clear()
  server.down.clear()
  const again = await opened(t)
  assert.equal(again.state.epoch, 4)
  assert.equal(server.answers.get(1).answer, 3)
})

for (const heard of ["told", "refused", "opened again"]) {
  test(`what another device answered before our lost opening is kept: ${heard}`, async (t) => {
    server.begin()
    const exam = await opened(t)
    await answerOffline(exam)
    server.openElsewhere(1, 2)
    server.lose.add("open")
    await reconnect(exam)
    server.lose.clear()
    if (heard === "told") await tell(exam)
    if (heard === "opened again") await reconnect(exam)
    await online(exam)
    assert.equal(exam.elsewhere, false)
    assert.equal(exam.answering.sheet.answerOf(1), 1)
    assert.deepEqual(server.answers.get(1), { turn: 2, answer: 1 })
  })
}

for (const way of ["told", "refused", "while we wait for our own"]) {
  test(`another page that opens it is noticed: ${way}`, async (t) => {
    server.begin()
    const exam = await opened(t)
    server.lose.add("open")
    await reconnect(exam)
    server.openElsewhere()
    if (way === "told") await tell(exam)
    if (way === "refused") exam.answering.answer(1, 2)
    if (way === "while we wait for our own") {
      server.down.add("open")
      await Promise.all([reconnect(exam), tell(exam)])
    }
    await soon()
    assert.deepEqual([exam.elsewhere, exam.watching.link.state], [true, "idle"])
    assert.equal(server.answers.size, 0)
  })
}

test("what came late, or was asked for here while another page had it, makes it ours again", async (t) => {
  server.begin()
  const exam = await opened(t)
  const { page } = exam.holder
  server.openElsewhere()
  await tell(exam)
  assert.deepEqual([exam.elsewhere, exam.watching.link.camera], [true, null])
  server.open({ page })
  await tell(exam)
  assert.equal(exam.elsewhere, false)
  assert.notEqual(exam.watching.link.camera, null) // it was asked for again
  server.openElsewhere()
  await tell(exam)
  server.lose.add("open")
  await exam.watching.open() // Continue here
  assert.equal(exam.elsewhere, true)
  await tell(exam)
  assert.equal(exam.elsewhere, false)
})

for (const after of ["taken back", "loaded anew"]) {
  test(`of two pages of one browser, an answer of the older overtakes none: ${after}`, async (t) => {
    server.begin()
    const first = await opened(t)
    await answerOffline(first)
    const second = await opened(t) // what waits comes along
    assert.equal(second.answering.sheet.answerOf(1), 3)
    server.down.clear()
    second.answering.answer(1, 2)
    await soon()
    for (const option of [0, 1]) first.answering.answer(1, option) // it has not heard yet
    await soon()
    assert.equal(first.elsewhere, true)
    if (after === "taken back") await first.watching.open()
    await soon()
    const { answering } = after === "taken back" ? first : await opened(t)
    assert.equal(answering.sheet.answerOf(1), 2)
    assert.deepEqual(server.answers.get(1), { place: 1, turn: 5, answer: 2 })
  })
}

test("a paper that was asked for before it was opened here is read again", async (t) => {
  server.begin()
  const exam = await opened(t)
  await answerOffline(exam)
  server.down.clear()
  let letGo
  server.hold = new Promise((go) => { letGo = go })
  const reading = exam.load()
  await soon()
  server.openElsewhere(1, 2)
  server.hold = null
  const opening = reconnect(exam)
  await soon()
  letGo()
  await Promise.all([reading, opening])
  await soon()
  assert.equal(exam.answering.sheet.answerOf(1), 1)
  assert.deepEqual(server.answers.get(1), { turn: 2, answer: 1 })
})

test("the same answer said again is sent at once, and is no other turn", async (t) => {
  server.begin()
  const exam = await opened(t)
  exam.answering.answer(1, "2,5", { soon: true })
  await soon()
  assert.equal(server.answers.size, 0)
  exam.answering.answer(1, "2,5") // its field is left
  await soon()
  assert.deepEqual(server.answers.get(1), { place: 1, turn: 1, answer: "2,5" })
  exam.answering.answer(1, "2,5")
  assert.equal(exam.answering.sheet.waiting, 0)
})
