import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { moveWhenTold } from "../../static/js/transport/moving.js"
import { Stream } from "../../static/js/transport/stream.js"

let live, link, later
const opened = { sitting: "s", epoch: 4 }
const say = (detail) => live.dispatchEvent(new CustomEvent("stream", { detail }))

beforeEach(() => {
  live = new EventTarget()
  later = []
  link = { state: "up", opened, again: (ms) => later.push(ms) }
  moveWhenTold(live, link, new AbortController().signal, () => 0.5)
})

test("a page whose node is gone connects again, in a moment of its own", () => {
  say({ ...opened, gone: true })
  assert.deepEqual(later, [750])
})

test("what is said of an earlier stream, or while it connects, changes nothing", () => {
  say({ ...opened, epoch: 3, gone: true })
  say({ ...opened, sitting: "another", gone: true })
  link.state = "lost"
  say({ ...opened, gone: true })
  assert.deepEqual(later, [])
})

// A browser as far as a stream needs one, and a node that answers.
function browser() {
  const transport = Object.assign(new EventTarget(), { state: "connected" })
  const sender = { transport, getParameters: () => ({}) }
  const peer = {
    addTransceiver: () => ({ sender }),
    createOffer: async () => ({}),
    setLocalDescription: async () => {},
    setRemoteDescription: async () => {},
    localDescription: { sdp: "" },
    iceGatheringState: "complete",
    connectionState: "connected",
    close: () => {},
  }
  globalThis.RTCPeerConnection = function () { return peer }
  globalThis.RTCRtpSender = { getCapabilities: () => ({ codecs: [] }) }
  globalThis.fetch = async () => new Response("", { status: 201, headers: { Location: "/whip/1" } })
  return { transport, peer }
}

test("a node that stops ends its streams in DTLS, and the page notices at once", async () => {
  const { transport } = browser()
  const told = []
  const stream = new Stream({ getVideoTracks: () => [{}] })
  for (const type of ["up", "down"]) stream.addEventListener(type, () => told.push(type))
  await stream.start({ whip: "http://node/whip", ticket: "t" })
  assert.deepEqual(told, [])
  transport.state = "closed"
  transport.dispatchEvent(new Event("statechange"))
  assert.deepEqual(told, ["down"])
  stream.end()
})
