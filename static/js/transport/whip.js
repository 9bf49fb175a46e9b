import { setPace } from "./camera.js"
import { Exchange } from "./exchange.js"

// A WHIP client (RFC 9725): sends the camera at a pace that others set.
export class Whip extends EventTarget {
  #peer
  #sender
  #exchange = new Exchange()
  #pace = "idle"
  #paced = Promise.resolve()

  // `iceServers`: ways through a firewall, as our server gave them with the ticket.
  constructor(stream, iceServers) {
    super()
    this.#peer = new RTCPeerConnection({ iceServers })
    const [track] = stream.getVideoTracks()
    const transceiver = this.#peer.addTransceiver(track, { direction: "sendonly", streams: [stream] })
    this.#sender = transceiver.sender
    const codecs = RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences?.(codecs.filter(({ mimeType }) => /VP8|rtx/i.test(mimeType)))
    this.#peer.onconnectionstatechange = () => this.#tell(this.#peer.connectionState)
  }

  async start({ whip, ticket }) {
    if (!(await this.#exchange.start(this.#peer, whip, ticket))) return
    // A node that stops says so in DTLS at once; the connection counts that as "connected".
    const { transport } = this.#sender
    transport?.addEventListener("statechange", () => transport.state === "closed" && this.#tell("closed"))
    await this.pace(this.#pace)
  }

  // One after another: a browser refuses parameters that were read before others were set.
  pace(pace) {
    this.#pace = pace
    this.#paced = this.#paced.then(() => setPace(this.#sender, this.#pace))
    return this.#paced
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
    this.#peer.onconnectionstatechange = null
    this.#peer.close()
    this.#exchange.end()
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }))
  }
}
