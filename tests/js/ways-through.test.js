import assert from "node:assert/strict"
import { test } from "node:test"
import { Stream } from "../../static/js/transport/stream.js"
import { Whep } from "../../static/js/transport/whep.js"

// What a browser is told when a connection is made.
let given
const transceiver = { sender: {}, receiver: { track: {} } }
globalThis.RTCPeerConnection = function (told) { given = told; return { addTransceiver: () => transceiver, close: () => {} } }
globalThis.RTCRtpSender = globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs: [] }) }
globalThis.MediaStream = function () {}

const ways = [{ urls: ["turn:t:3478"], username: "1:s", credential: "c" }]
const camera = { getVideoTracks: () => [{}] }

test("students and proctors go the ways they were given, and without one directly", () => {
  new Stream(camera, ways).end()
  assert.deepEqual(given, { iceServers: ways })
  new Stream(camera).end()
  assert.deepEqual(given, { iceServers: [] })
  new Whep(ways)
  assert.deepEqual(given, { iceServers: ways })
  new Whep()
  assert.deepEqual(given, { iceServers: [] })
})
