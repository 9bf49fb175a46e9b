import { Exchange } from "./exchange.js"

// A WHEP client (draft-ietf-wish-whep): receives one video, and tells how its link is.
export class Whep extends EventTarget {
  stream = null
  #peer
  #receiver
  #exchange = new Exchange()

  constructor(iceServers = []) {
    super()
    this.#peer = new RTCPeerConnection({ iceServers })
    const transceiver = this.#peer.addTransceiver("video", { direction: "recvonly" })
    const codecs = RTCRtpReceiver.getCapabilities("video").codecs
    transceiver.setCodecPreferences?.(codecs.filter(({ mimeType }) => /VP8/i.test(mimeType)))
    this.#receiver = transceiver.receiver
    this.stream = new MediaStream([this.#receiver.track])
    this.#peer.onconnectionstatechange = () => this.#tell(this.#peer.connectionState)
  }

  async start({ whep, ticket }) {
    if (!(await this.#exchange.start(this.#peer, whep, ticket))) return
    // A node that ends says so in DTLS at once; the connection counts that as "connected".
    const { transport } = this.#receiver
    transport?.addEventListener("statechange", () => transport.state === "closed" && this.#tell("closed"))
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
