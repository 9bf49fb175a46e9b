import assert from "node:assert/strict"
import { test } from "node:test"
import { AdmitCard } from "../../static/js/models/admit-card.js"
import { Events } from "../../static/js/models/exam-events.js"
import { chosen, meaning } from "../../static/js/models/exam-keys.js"
import { cells, handInWords, inWords, readWords, savedWords } from "../../static/js/models/exam-overview.js"
import { asClock, secondsLeft, tone, warning } from "../../static/js/models/exam-time.js"
import { checklist, describe } from "../../static/js/models/exam-words.js"
import { Holder } from "../../static/js/models/holder.js"
import { Sheet } from "../../static/js/models/sheet.js"

const asked = (place, turn = 0, answer = null, flagged = false) => ({ place, turn, answer, flagged })

test("answers wait until they are acknowledged, the newest of a place alone", () => {
  const sheet = new Sheet()
  sheet.take([asked(1, 4), asked(2)])
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

test("after a stale answer turns go on from the newest, and the paper is read again", () => {
  const sheet = new Sheet()
  sheet.answer(1, 0)
  assert.equal(sheet.settle([], [{ place: 1, turn: 1, newest: 9, code: "stale_answer" }]), true)
  sheet.answer(1, 3)
  assert.equal(sheet.batch[0].turn, 10)
})

test("what is refused is said at its question, until it is answered anew", () => {
  const sheet = new Sheet()
  sheet.answer(1, "x")
  assert.equal(sheet.settle([], [{ place: 1, turn: 1, code: "not_a_number", detail: "Write one number." }]), false)
  assert.equal(sheet.problems.get(1), "Write one number.")
  assert.equal(sheet.waiting, 0)
  sheet.answer(1, "2")
  assert.equal(sheet.problems.has(1), false)
})

test("a reload brings back what waits, and it is sent with its turn", () => {
  const before = new Sheet()
  before.take([asked(1, 2, 0), asked(2)])
  before.answer(1, 3)
  before.flag(2, true)
  const after = new Sheet()
  after.restore(JSON.parse(JSON.stringify(before)))
  assert.deepEqual(after.take([asked(1, 2, 0), asked(2)]), [])
  assert.equal(after.answerOf(1), 3)
  assert.equal(after.isFlagged(2), true)
  assert.deepEqual(after.batch, [{ place: 1, turn: 3, answer: 3 }])
})

test("what another device answered since is newer than what waits here; the rest is sent", () => {
  const sheet = new Sheet()
  sheet.take([asked(1, 2, 0), asked(2, 1, 0)])
  sheet.answer(1, 3)
  sheet.answer(1, 2)
  sheet.answer(2, 1)
  assert.deepEqual(sheet.take([asked(1, 3, 1), asked(2, 1, 0)], { elsewhere: true }), [1])
  assert.equal(sheet.answerOf(1), 1)
  assert.deepEqual(sheet.batch, [{ place: 2, turn: 2, answer: 1 }])
})

test("a mark that was changed while it was sent still waits", () => {
  const sheet = new Sheet()
  sheet.flag(1, true)
  const [mark] = sheet.marks
  sheet.flag(1, false)
  sheet.marked(mark)
  assert.deepEqual(sheet.marks, [{ place: 1, flagged: false }])
  sheet.marked({ place: 1, flagged: false })
  assert.deepEqual(sheet.marks, [])
})

test("the clock never goes below nothing, and stands still while it is paused", () => {
  assert.deepEqual([3661, 0.2, -5].map(asClock), ["01:01:01", "00:00:01", "00:00:00"])
  const exam = { state: "running", deadline_at: "2026-11-28T10:00:00Z" }
  const now = Date.parse("2026-11-28T09:59:00Z")
  assert.equal(secondsLeft(exam, now), 60)
  assert.equal(secondsLeft({ ...exam, state: "paused", paused_at: "2026-11-28T09:50:00Z" }, now), 600)
  assert.equal(secondsLeft({ ...exam, state: "ended" }, now), null)
  assert.equal(secondsLeft({ state: "ready", deadline_at: null }, now), null)
})

test("the warnings are said once each, and truly when the page comes late", () => {
  assert.equal(warning(601, 600), "10 minutes left.")
  assert.equal(warning(600, 599), null)
  assert.equal(warning(60.2, 59.9), "1 minute left.")
  assert.equal(warning(0.1, -0.1), "The time is over. What was saved counts.")
  assert.equal(warning(null, 300), "Less than 10 minutes left.")
  assert.equal(warning(null, 3000), null)
  assert.equal(warning(700, null), null)
  assert.deepEqual([900, 600, 60].map((it) => tone(it)), ["calm", "wait", "bad"])
})

test("the overview says of each question how it stands", () => {
  const sheet = new Sheet()
  sheet.take([asked(1, 1, 0), asked(2, 0, null, true), asked(3, 1, [])])
  const found = cells([{ place: 1 }, { place: 2 }, { place: 3 }], sheet, 2)
  assert.deepEqual(found.map(({ words }) => words), ["Question 1, answered", "Question 2, not answered, marked for review", "Question 3, not answered"])
  assert.deepEqual(found.map(({ current }) => current), [false, true, false])
  assert.equal(inWords(found), "1 of 3 answered")
  assert.deepEqual(handInWords(found, 1), ["Questions 2 and 3 are not answered.", "Question 2 is marked for review.", "1 answer is not saved yet: they are sent first."])
  assert.deepEqual(handInWords(found.slice(0, 1), 0), ["All questions are answered."])
})

test("what could not be saved is told, with what counts instead", () => {
  const sheet = new Sheet()
  sheet.take([asked(1, 0, null), asked(2, 0, null)])
  sheet.answer(1, "12")
  sheet.settle([{ place: 1, turn: 1, answer: "12" }])
  sheet.answer(1, "12 V")
  sheet.answer(2, "x")
  const refused = { newest: 0, code: "not_a_number", detail: "Write one number." }
  sheet.settle([], [{ place: 1, turn: 2, ...refused }, { place: 2, turn: 1, ...refused }])
  const found = cells([{ place: 1 }, { place: 2 }], sheet, 1)
  assert.deepEqual(found.map(({ words }) => words), ["Question 1, answered, last change not saved", "Question 2, not answered, last change not saved"])
  assert.deepEqual(handInWords(found, 0), ["Question 2 is not answered.", "The last change of Questions 1 and 2 could not be saved: what was saved before counts."])
  assert.equal(savedWords({ waiting: 0, refused: sheet.problems.size }).words, "2 answers not saved: look at the overview")
  const said = (place) => readWords(sheet.answerOf(place), sheet.countsOf(place), sheet.problems.get(place))
  assert.equal(said(1), "Not saved: Write one number. Your answer before counts: 12.")
  assert.equal(said(2), "Not saved: Write one number.")
  sheet.answer(1, " 2,50 ")
  sheet.settle([{ place: 1, turn: 3, answer: "2.50" }])
  assert.equal(said(1), "Read as 2.50.")
  sheet.answer(1, "3")
  assert.equal(said(1), "")
  sheet.settle([{ place: 1, turn: 4, answer: "3" }])
  assert.equal(said(1), "")
  sheet.settle([{ place: 1, turn: 1, answer: "12" }]) // late
  assert.equal(sheet.countsOf(1), "3")
})

test("the page says truly what is saved", () => {
  const words = (more) => savedWords({ waiting: 0, saving: false, offline: false, ...more }).words
  assert.equal(words({}), "All answers saved")
  assert.equal(words({ waiting: 1 }), "Saving…")
  assert.equal(words({ waiting: 2, offline: true }), "Offline: 2 answers wait on this device")
  assert.equal(words({ waiting: 1, offline: true }), "Offline: 1 answer waits on this device")
  assert.equal(words({ marks: 1, offline: true }), "Offline: 1 mark waits on this device")
  assert.equal(words({ waiting: 1, trouble: "Too many at once." }), "Not saved yet: Too many at once.")
})

test("keys mean something where nobody types, and never with a modifier", () => {
  const text = { tagName: "INPUT", type: "text" }
  const radio = { tagName: "INPUT", type: "radio" }
  assert.deepEqual(meaning({ key: "3" }, radio), { choose: 2 })
  assert.deepEqual([{ key: "n" }, { key: "P" }].map((it) => meaning(it, {})), [{ go: 1 }, { go: -1 }])
  assert.deepEqual(["f", "g", "h"].map((key) => meaning({ key }, {})), ["flag", "overview", "hand-in"])
  assert.equal(meaning({ key: "n" }, text), null)
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(meaning({ key: "1", [held]: true }, {}), null)
  assert.equal(meaning({ key: "h", repeat: true }, {}), null)
})

test("choosing takes one of a single, and turns one of a multiple over", () => {
  const of = (kind) => ({ kind, options: ["a", "b", "c"] })
  assert.equal(chosen(of("single"), 0, 2), 2)
  assert.deepEqual(chosen(of("multiple"), [2], 0), [0, 2])
  assert.deepEqual(chosen(of("multiple"), [0, 2], 2), [0])
  assert.equal(chosen(of("single"), null, 7), undefined)
  assert.equal(chosen({ kind: "numeric", options: [] }, null, 0), undefined)
})

test("events keep their number until they are acknowledged, and are said once", () => {
  const events = new Events()
  events.take(4)
  assert.match(events.note("left_full_screen", 1000), /Leaving full screen was noted/)
  assert.equal(events.note("left_full_screen", 2000), null)
  assert.equal(events.note("back_in_full_screen", 3000), null)
  const sent = events.batch(5000)
  assert.deepEqual(sent.map(({ number, ago_s }) => [number, ago_s]), [[4, 4], [5, 3], [6, 2]])
  assert.deepEqual(events.batch(5000), sent)
  events.settle(sent.slice(0, 2))
  const after = new Events()
  after.restore(JSON.parse(JSON.stringify(events)))
  after.take(7) // the server has all up to 6
  assert.deepEqual(after.batch(6000), [])
})

test("events that another device's numbers overtook are numbered anew", () => {
  const events = new Events()
  events.note("copied", 0)
  events.batch(0)
  events.take(9, { ours: false })
  assert.equal(events.batch(0)[0].number, 9)
})

test("how a test stands is said with what to do next", () => {
  const page = { link: "up", sitting: null }
  const of = (exam, more = {}) => describe(exam, { ...page, ...more })
  assert.equal(of(null, { link: "idle" }).action, "open")
  assert.equal(of({ state: "ready" }).title, "The clock begins when your first look is passed")
  assert.equal(of({ state: "ready" }, { sitting: { verdict: "dark" } }).title, "It is too dark")
  assert.equal(of({ state: "running" }).view, "paper")
  assert.equal(of({ state: "running" }, { link: "lost" }).view, "paper")
  assert.match(of({ state: "paused" }).hint, /clock stands still/)
  assert.equal(of({ state: "running" }, { elsewhere: true }).word, "Continue here")
  assert.equal(of({ state: "running" }, { sitting: { state: "paused", reason: "away" } }).action, "retry")
  assert.equal(of({ state: "running" }, { sitting: { asked: "left" } }).tone, "ask")
  assert.equal(of({ state: "running" }, { camera: "lost" }).view, "paper")
  assert.equal(of(null, { camera: "refused" }).view, "before")
  for (const why of ["handed_in", "deadline", "proctor", "left_paused", "never_begun"]) assert.equal(of({ state: "ended", ended_why: why }).view, "ended")
})

test("before it begins the page says what is still to do", () => {
  assert.deepEqual(checklist(null, { card: { needed: true }, media: null, link: "idle", fullScreen: true }), { card: false, screen: true, camera: false, look: false })
  assert.deepEqual(checklist({ state: "running" }, { card: {}, media: {}, link: "up", fullScreen: false }), { card: true, screen: false, camera: true, look: true })
})

test("an admit card is waited for, and then the page goes on by itself", () => {
  const card = AdmitCard.of({ seat: "s1", card: "needed", cardBy: "desk" })
  const words = (exam = null, more = {}) => describe(exam, { card, ...more })
  assert.equal(words().title, "Show your admit card at the desk")
  assert.equal(words().action, undefined)
  assert.equal(words({ state: "running" }, { link: "up" }).title, "Your test is running")
  assert.equal(card.seen([{ seat: "s1", state: "booked" }, { seat: "s2", state: "attended" }]), false)
  assert.equal(card.seen([{ seat: "s1", state: "attended" }]), false) // nobody pressed yet
  assert.equal(words().title, "Ready when you are")
  assert.equal(card.refused({ code: "show_your_admit_card" }, {}), true)
  assert.equal(card.seen([{ seat: "s1", state: "attended" }]), true)
})

test("a number of a card is sent once, and a wrong one is said at its field", () => {
  const card = AdmitCard.of({ seat: "s1", card: "needed", cardBy: "code" })
  card.type(" ABCD-EFGH ")
  const sent = card.take()
  assert.deepEqual([sent, card.take()], [{ card: "ABCD-EFGH" }, {}])
  assert.equal(card.refused({ code: "not_this_card", detail: "Not this one." }, sent), true)
  assert.deepEqual([card.needed, card.problem], [true, "Not this one."])
  assert.equal(card.refused({ code: "too_late", detail: "Too late." }, {}), false)
  card.opened()
  assert.deepEqual([card.needed, card.problem], [false, ""])
})

test("trouble with the camera stands beside a running test, and stops nobody", () => {
  const refused = { camera: "refused" }
  const running = describe({ state: "running" }, refused)
  assert.deepEqual([running.view, running.action], ["paper", "open"])
  assert.match(running.hint, /click the camera sign.* The clock runs on: go on answering/)
  assert.doesNotMatch(describe(null, refused).hint, /clock/)
  const away = describe({ state: "running" }, { refusal: { code: "no_media_node" } })
  assert.match(away.hint, /go on answering.*We keep trying/)
})

test("who has a test is known when nobody waits for an answer any more", () => {
  const holder = new Holder("ours")
  const hear = (epoch, page) => holder.hear({ epoch, opened_by: page })
  assert.equal(hear(1, "ours"), true)
  holder.begin()
  holder.begin()
  assert.equal(hear(2, "theirs"), false)
  assert.equal(holder.elsewhere, false)
  holder.answered()
  assert.equal(holder.elsewhere, false) // the other may be newer
  assert.equal(hear(3, "ours"), true)
  assert.equal(hear(3, "ours"), false)
  holder.answered()
  assert.deepEqual([holder.elsewhere, holder.epoch], [false, 3])
  assert.equal(hear(2, "theirs"), false) // late
  assert.equal(holder.elsewhere, false)
  assert.equal(hear(4, null), false)
  assert.equal(holder.elsewhere, true)
})
