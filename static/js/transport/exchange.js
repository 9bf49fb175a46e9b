import { Refused } from "./api.js"

// An offer and its answer over HTTP, as WHIP (RFC 9725) and WHEP have them; DELETE ends.
const GATHER_MOST_MS = 1_500
const PATIENCE_MS = 10_000

export class Exchange {
  #resource = null
  #ticket = null
  #ended = false

  // True when both sides know each other's description; false when it was ended meanwhile.
  async start(peer, url, ticket) {
    this.#ticket = ticket
    await peer.setLocalDescription(await peer.createOffer())
    await gathered(peer)
    if (this.#ended) return false
    const response = await this.#post(url, peer.localDescription.sdp)
    this.#resource = new URL(response.headers.get("Location"), url).href
    if (this.#ended) {
      this.#delete()
      return false
    }
    await peer.setRemoteDescription({ type: "answer", sdp: await response.text() })
    return true
  }

  end() {
    this.#ended = true
    this.#delete()
  }

  async #post(url, body) {
    const headers = { Authorization: `Bearer ${this.#ticket}`, "Content-Type": "application/sdp" }
    let response
    try {
      response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) })
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
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return null
  return new Promise((resolve) => {
    const done = () => peer.iceGatheringState === "complete" && resolve()
    peer.addEventListener("icegatheringstatechange", done)
    setTimeout(resolve, GATHER_MOST_MS)
  })
}
