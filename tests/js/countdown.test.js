import assert from "node:assert/strict"
import { test } from "node:test"

import { until } from "../../static/js/models/countdown.js"
import { describe } from "../../static/js/models/words.js"

const AT = Date.parse("2026-04-11T00:00:00+05:30")
const left = (seconds) => until(AT, AT - seconds * 1000)

test("the time until a portal closes is said as people say it", () => {
  assert.equal(left(2 * 3600 + 5 * 60), "2 h 05 min")
  assert.equal(left(86_400 + 3600), "1 day 1 h")
  assert.equal(left(3 * 86_400), "3 days 0 h")
  assert.equal(left(65), "1 min 05 s")
  assert.equal(left(59.2), "1 min 00 s")
  assert.equal(left(0.4), "1 s")
})

test("what is past, or no moment at all, has no countdown", () => {
  assert.equal(left(0), null)
  assert.equal(left(-5), null)
  assert.equal(until(NaN, AT), null)
})

test("a closed portal is no fault and offers no button", () => {
  const refusal = { code: "portal_closed", detail: "The learning portal is closed till then. All your confirmed time is kept." }
  const said = describe(null, null, { refusal, wanted: false, link: "idle" })
  assert.deepEqual(said, { tone: "wait", title: "The learning portal is closed", hint: refusal.detail, action: null })
})
