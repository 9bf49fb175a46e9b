import assert from "node:assert/strict"
import { test } from "node:test"
import { CODES, summary, untried, whileWaiting, wordOf } from "../../static/js/models/checks.js"
import { nextStep } from "../../static/js/models/next.js"
import { describe, pageFor } from "../../static/js/models/words.js"

const line = (code, result) => ({ code, result })

test("a failing check says how many points to mend", () => {
  assert.match(summary([line("light", "fail"), line("cores", "pass")], "fail"), /^1 point to mend/)
  assert.match(summary([line("clock", "warning")], "warning"), /^You can study. 1 point deserves/)
  assert.match(summary([line("cores", "pass")], "pass"), /All is well/)
})

test("while the look is awaited, the picture's lines are not called failing", () => {
  assert.equal(whileWaiting(line("light", "fail"), true).result, "checking")
  assert.equal(whileWaiting(line("light", "fail"), false).result, "fail")
  assert.equal(whileWaiting(line("cores", "fail"), true).result, "fail")
  assert.equal(wordOf("fail"), "not yet")
})

test("a point that could not be tried is named so, and not as waiting", () => {
  assert.deepEqual(untried(CODES.filter((it) => it !== "match").map((code) => line(code, "pass"))), ["match"])
  assert.equal(wordOf("untried"), "not tried")
})

test("what is missing has a page of its own", () => {
  assert.equal(pageFor("consent_needed"), "/consent")
  assert.equal(pageFor("device_check_needed"), "/check")
  assert.equal(pageFor("sitting_ended"), null)
})

const own = [{ module: "CEL", title: "Law", href: "/study/CEL" }, { module: "SCPM", title: "Cost", href: "/study/SCPM" }]
const hours = (confirmed) => own.map(({ module }, at) => ({ module, required_s: 3600, confirmed_s: confirmed[at] }))

test("the one thing to do next", () => {
  assert.equal(nextStep(hours([0, 0]), null, own, ["C"]).word, "Begin")
  assert.equal(nextStep(hours([0, 60]), null, own, ["C"]).href, "/study/SCPM")
  assert.match(nextStep(hours([0, 0]), { module: "CEL" }, own, []).text, /sitting in Law is open/)
  assert.match(nextStep(hours([3600, 3600]), null, own, ["C"]).text, /elective of set C/)
  assert.match(nextStep(hours([3600, 3600]), null, own, []).text, /All your hours/)
  assert.equal(nextStep([], null, [], []), null)
})

const page = { camera: null, refusal: null, mine: false, wanted: false, link: "idle" }

test("a second tab is told where the sitting is open, and how to take it over", () => {
  const sitting = { state: "running", opened_on: "Firefox on Windows" }
  const said = describe(sitting, null, page)
  assert.match(said.title, /open in another tab or device \(Firefox on Windows\)/)
  assert.equal(said.action, "start")
  assert.equal(describe(sitting, null, { ...page, wanted: true }).action, "try-again")
})

test("a pause for want of activity says what was kept and how to go on", () => {
  const said = describe({ state: "paused", reason: "inactive" }, null, page)
  assert.match(said.title, /nothing moved/)
  assert.equal(said.action, "resume")
})
