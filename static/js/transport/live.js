import { Backoff } from "../models/backoff.js"

// One socket a page. The latest state wins, and reconnecting is the same as connecting.
const LOG_IN_AGAIN = 4401
const SILENT_MOST_MS = 40_000

export class Live extends EventTarget {
  #socket = null
  #backoff = new Backoff()
  #timer = 0
  #silence = 0

  constructor(topics) {
    super()
    this.topics = [...topics, "news:mine"]
  }

  open(signal) {
    document.querySelector("live-news")?.follow(this, signal)
    this.#connect()
    const now = () => this.#again(0)
    addEventListener("online", now, { signal })
    signal.addEventListener("abort", () => this.#close())
    this.signal = signal
  }

  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  #connect() {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/live`)
    this.#socket = socket
    socket.onopen = () => {
      this.#backoff.reset()
      this.send({ type: "subscribe", topics: this.topics })
      this.#heard()
      this.#tell("open")
    }
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data))
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket || this.signal.aborted) return
      if (code === LOG_IN_AGAIN) return location.assign("/login")
      this.#tell("closed")
      this.#again(this.#backoff.next())
    }
  }

  #take(message) {
    this.#heard()
    if (message.topic?.startsWith("news:")) this.#tell("news", message.state)
    else if (message.topic === "stream") this.#tell("stream", message.state)
    else if (message.topic) this.#tell("state", message.state)
    else this.#tell("refused", message)
  }

  // The server polls every topic now and then, so a long silence means a dead line.
  #heard() {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#socket.close(), SILENT_MOST_MS)
  }

  #again(ms) {
    clearTimeout(this.#timer)
    if (this.#socket.readyState <= WebSocket.OPEN && ms > 0) return
    if (this.isOpen) return
    this.#timer = setTimeout(() => this.#connect(), ms)
  }

  #close() {
    clearTimeout(this.#timer)
    clearTimeout(this.#silence)
    this.#socket.onclose = null
    this.#socket.close()
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
