import { Refused } from "./api.js"
import { setBurst } from "./camera.js"

// A WHIP client (RFC 9725): one offer, one answer, DELETE to end.
const GATHER_MOST_MS = 1_500
const PATIENCE_MS = 10_000

export class Whip extends EventTarget {
  #peer
  #sender
  #resource = null
  #ended = false

  constructor(stream) {
    super()
    this.#peer = new RTCPeerConnection()
    const [track] = stream.getVideoTracks()
    const transceiver = this.#peer.addTransceiver(track, { direction: "sendonly", streams: [stream] })
    this.#sender = transceiver.sender
    const codecs = RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences?.(codecs.filter(({ mimeType }) => /VP8|rtx/i.test(mimeType)))
    this.#peer.onconnectionstatechange = () => this.#changed()
  }

  async start({ whip, ticket }) {
    await this.#peer.setLocalDescription(await this.#peer.createOffer())
    await gathered(this.#peer)
    const response = await this.#post(whip, ticket)
    this.#resource = new URL(response.headers.get("Location"), whip).href
    this.#ticket = ticket
    if (this.#ended) return this.#delete()
    await this.#peer.setRemoteDescription({ type: "answer", sdp: await response.text() })
    await setBurst(this.#sender, false)
  }

  burst(on) {
    return setBurst(this.#sender, on)
  }

  // By which way video flows: "direct", or "relay" through a TURN server.
  async path() {
    const stats = [...(await this.#peer.getStats()).values()]
    const pair = stats.find(({ type, state, nominated }) => type === "candidate-pair" && state === "succeeded" && nominated !== false)
    const local = stats.find(({ id }) => id === pair?.localCandidateId)
    if (!local) return null
    return local.candidateType === "relay" ? "relay" : "direct"
  }

  end() {
    this.#ended = true
    this.#peer.onconnectionstatechange = null
    this.#peer.close()
    this.#delete()
  }

  #ticket = null

  async #post(whip, ticket) {
    const headers = { Authorization: `Bearer ${ticket}`, "Content-Type": "application/sdp" }
    const body = this.#peer.localDescription.sdp
    let response
    try {
      response = await fetch(whip, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) })
    } catch {
      throw new Refused({ code: "unreachable", detail: "The camera service does not answer." })
    }
    if (response.status !== 201) throw new Refused(await response.json().catch(() => ({})))
    return response
  }

  #delete() {
    if (!this.#resource) return
    const headers = { Authorization: `Bearer ${this.#ticket}` }
    fetch(this.#resource, { method: "DELETE", headers, keepalive: true }).catch(() => {})
    this.#resource = null
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change", { detail: this.#peer.connectionState }))
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return null
  return new Promise((resolve) => {
    const done = () => peer.iceGatheringState === "complete" && resolve()
    peer.addEventListener("icegatheringstatechange", done)
    setTimeout(resolve, GATHER_MOST_MS)
  })
}
