import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { DeviceCheck } from "../../static/js/transport/check.js"

// A browser as far as a refused check needs one: a camera, a page and a server that says no.
let track, asked, answer
const live = { send: () => true }

beforeEach(() => {
  track = { readyState: "live", label: "Webcam", stop: () => (track.readyState = "ended") }
  asked = 0
  const media = { getVideoTracks: () => [track], getTracks: () => [track] }
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: { getUserMedia: async () => media } }, configurable: true, writable: true })
  globalThis.document = { querySelector: () => ({ content: "token" }) }
  globalThis.fetch = async () => (asked++, answer())
})

const says = (status, code) => () => new Response(JSON.stringify({ code, detail: "No." }), { status })
const run = () => new DeviceCheck(live).run(new AbortController().signal)

for (const [status, code] of [[409, "no_device"], [409, "consent_needed"], [503, "no_media_node"], [429, "throttled"]]) {
  test(`refused with ${code}, the camera goes off and nothing is asked again`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] })
    answer = says(status, code)
    await assert.rejects(run(), { code })
    assert.equal(track.readyState, "ended")
    t.mock.timers.tick(60_000)
    assert.equal(asked, 1)
  })
}

test("without a server the check says so, and does not wait", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  answer = () => { throw new TypeError("network") }
  await assert.rejects(run(), { code: "offline" })
  assert.equal(track.readyState, "ended")
})

test("without a camera the check says which trouble it has", async () => {
  navigator.mediaDevices.getUserMedia = async () => { throw Object.assign(new Error(), { name: "NotAllowedError" }) }
  await assert.rejects(run(), { code: "camera", detail: "refused" })
  assert.equal(asked, 0)
})
