import { cardIn, wordsFor } from "../models/cards.js"

const EVERY_MS = 150
const WANTED = { audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } }

// Reads an admit card by camera where the browser can, and submits what it read. A
// hand-held scanner types into the field, and works without any of this.
export class CardScanner extends HTMLElement {
  #life = new AbortController()
  #stream = null

  connectedCallback() {
    this.#life = new AbortController()
    const button = this.#part("camera")
    if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices?.getUserMedia) return
    button.hidden = false
    button.addEventListener("click", () => (this.#stream ? this.#stop() : this.#start()), { signal: this.#life.signal })
  }

  disconnectedCallback() {
    this.#life.abort()
    this.#stop()
  }

  async #start() {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia(WANTED)
    } catch {
      this.#say("The camera cannot be used. Use a hand-held scanner, or type the SRN.")
      return
    }
    if (this.#life.signal.aborted) return this.#stop()
    const video = this.#part("video")
    video.srcObject = this.#stream
    video.hidden = false
    this.#part("camera").textContent = "Stop the camera"
    await video.play().catch(() => {})
    await this.#read(video, new BarcodeDetector({ formats: ["qr_code"] }))
  }

  async #read(video, detector) {
    while (this.#stream && !this.#life.signal.aborted) {
      const codes = await detector.detect(video).catch(() => [])
      const card = cardIn(codes)
      if (card !== null && this.#stream) return this.#submit(card)
      this.#say(wordsFor(codes))
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }

  #submit(card) {
    this.#stop()
    const form = this.querySelector("form")
    form.elements.given.value = card
    form.requestSubmit()
  }

  #stop() {
    this.#stream?.getTracks().forEach((track) => track.stop())
    this.#stream = null
    this.#part("video").hidden = true
    this.#part("camera").textContent = "Scan with the camera"
    this.#say("")
  }

  #say(words) {
    const line = this.#part("words")
    if (line.textContent !== words) line.textContent = words
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`)
  }
}

customElements.define("card-scanner", CardScanner)
