import assert from "node:assert/strict"
import { test } from "node:test"

globalThis.document = { querySelector: () => ({ content: "csrf" }) }
const { post, Refused } = await import("../../static/js/transport/api.js")
const { FINAL } = await import("../../static/js/models/finality.js")
const { describe } = await import("../../static/js/models/words.js")

async function refused(status, body) {
  globalThis.fetch = async () => new Response(body, { status })
  const error = await post("/api/sittings").catch((it) => it)
  assert.ok(error instanceof Refused)
  return error
}

// Before this, the page stood still until somebody pressed Try again.
for (const [status, body] of [[500, JSON.stringify({ title: "Error", detail: "Reference: 1." })], [502, "<h1>Bad gateway</h1>"], [503, ""]]) {
  test(`a fault of the server's side (${status}) passes, and the page keeps trying`, async () => {
    const error = await refused(status, body)
    assert.equal(error.code, "server_fault")
    assert.ok(!FINAL.has(error.code))
    const said = describe(null, null, { wanted: true, link: "lost", camera: null, refusal: error, socket: "up" })
    assert.match(`${said.title} ${said.hint}`, /our side.*keep trying/)
  })
}

test("what the page itself did wrong is not tried again by itself", async () => {
  assert.equal((await refused(413, "too large")).code, "failed")
  assert.ok(FINAL.has("failed"))
})

test("a refusal with a code keeps it, whatever its status", async () => {
  assert.equal((await refused(503, JSON.stringify({ code: "cameras_full", detail: "x" }))).code, "cameras_full")
})
