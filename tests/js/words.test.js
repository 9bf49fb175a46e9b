import assert from "node:assert/strict"
import { test } from "node:test"

import { describe, describeCamera } from "../../static/js/models/words.js"

const page = (changes = {}) => ({ camera: null, refusal: null, mine: true, wanted: true, link: "up", ...changes })
const sitting = (changes = {}) => ({ state: "running", reason: null, verdict: "match", tries_left: null, finishing: false, ...changes })
const VERDICTS = ["mismatch", "no_face", "several_faces", "spoof", "not_as_asked", "dark", "blurred", "small", "turned", "no_video", "system_unavailable"]
const REASONS = ["student", "proctor", "away", "needs_person", "no_video", "mismatch", "no_face", "several_faces", "spoof", "not_as_asked", "dark", "blurred", "small", "turned"]

test("time that runs is said calmly", () => {
  assert.deepEqual(describe(sitting(), null, page()), { tone: "good", title: "It is you. Your time runs", hint: "Just study. We look again now and then.", action: null })
})

test("every verdict and every reason has words that say what to do", () => {
  for (const verdict of VERDICTS) {
    const said = describe(sitting({ verdict, tries_left: 2 }), null, page())
    assert.ok(said.title && said.hint.length > 20, verdict)
  }
  for (const reason of REASONS) {
    const said = describe(sitting({ state: "paused", reason, verdict: "match" }), null, page())
    assert.ok(said.title && said.hint.length > 20, reason)
    assert.doesNotMatch(said.title, /undefined/)
  }
})

test("not recognised tells the tries left, in the right number", () => {
  assert.match(describe(sitting({ verdict: "mismatch", tries_left: 2 }), null, page()).hint, /2 tries left/)
  assert.match(describe(sitting({ verdict: "mismatch", tries_left: 1 }), null, page()).hint, /1 try left/)
})

test("our own fault is called ours and the time is kept", () => {
  const said = describe(sitting({ verdict: "system_unavailable" }), null, page())
  assert.match(said.hint, /our fault.*kept/)
})

test("each camera problem says how to mend it and offers to try again", () => {
  for (const problem of ["refused", "missing", "busy", "lost", "unsupported"]) {
    const said = describeCamera(problem)
    assert.equal(said.action, "try-again")
    assert.ok(said.hint.length > 20, problem)
  }
})

test("a camera problem comes before anything else", () => {
  assert.match(describe(sitting(), null, page({ camera: "busy" })).title, /camera is busy/)
})

test("another tab that took over is named, with the way back", () => {
  const said = describe(sitting(), null, page({ mine: false }))
  assert.match(said.title, /another tab/)
  assert.equal(said.action, "try-again")
})

test("an open sitting can be taken up after the tab was closed", () => {
  const said = describe(sitting({ state: "paused", reason: "away" }), null, page({ mine: false, wanted: false, link: "idle" }))
  assert.equal(said.action, "start")
})

test("a lost connection says that time is safe", () => {
  assert.match(describe(sitting(), null, page({ link: "lost" })).hint, /safe/)
})

test("the media server out of reach is not the student's fault", () => {
  const said = describe(null, null, page({ refusal: { code: "unreachable", detail: "" } }))
  assert.match(said.title, /camera service/)
})

test("who finds all places taken waits, and is told so", () => {
  const said = describe(null, null, page({ refusal: { code: "cameras_full", detail: "" } }))
  assert.deepEqual([said.tone, said.action], ["wait", "try-again"])
  assert.match(`${said.title} ${said.hint}`, /taken.*We keep trying/)
})

test("studying elsewhere offers to end it there", () => {
  const said = describe(null, null, page({ wanted: false, link: "idle", refusal: { code: "sitting_open_elsewhere", detail: "x" } }))
  assert.equal(said.action, "instead")
})

test("a pause of one's own offers to resume", () => {
  const said = describe(sitting({ state: "paused", reason: "student" }), null, page({ wanted: false, mine: false, link: "idle" }))
  assert.equal(said.action, "resume")
})

test("how the last sitting ended is told once it is over", () => {
  for (const reason of ["finished", "proctor", "replaced", "abandoned"]) {
    const said = describe(null, { reason }, page({ wanted: false, mine: false, link: "idle" }))
    assert.equal(said.action, "start")
    assert.notEqual(said.title, "Ready when you are")
  }
})

test("no words carry a score", () => {
  for (const verdict of VERDICTS) assert.doesNotMatch(describe(sitting({ verdict, similarity: 0.31 }), null, page()).hint, /0\.\d/)
})

test("a turn of the head that is asked is said first, each with its own words", () => {
  const titles = ["left", "right", "up"].map((asked) => describe(sitting({ asked, verdict: "mismatch", finishing: true }), null, page()).title)
  assert.equal(new Set(titles).size, 3)
  assert.match(titles[0], /to your left/)
})

test("an empty chair is told before time pauses", () => {
  assert.match(describe(sitting({ trouble: "empty" }), null, page()).title, /cannot see you/)
})

test("a picture that did not come has calm words that say what to do, until one comes", () => {
  const said = describe(sitting({ trouble: "unseen" }), null, page())
  assert.equal(said.tone, "wait")
  assert.match(said.hint, /stay in front of your camera/)
  assert.doesNotMatch(said.title, /It is you/)
  assert.match(describe(sitting({ trouble: null }), null, page()).title, /It is you/)
})
