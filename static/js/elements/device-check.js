import { CODES, summary, untried, whileWaiting, wordOf } from "../models/checks.js"
import { describeCamera, pageFor } from "../models/words.js"
import { DeviceCheck } from "../transport/check.js"
import { Live } from "../transport/live.js"

const STEPS = {
  camera: ["Opening your camera…", ["camera"]],
  speed: ["Measuring your connection…", ["speed_down", "speed_up", "path"]],
  look: ["Look into the camera for a moment…", ["light", "face", "match", "enrol"]],
}

// The page that tries camera, light, computer and network before they matter.
export class DeviceCheckPage extends HTMLElement {
  #life = null
  #live = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#live = new Live(["student:me"])
    this.#live.open(signal)
    this.#part("begin").disabled = false
    this.#part("begin").addEventListener("click", () => this.#run(), { signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  async #run() {
    const { signal } = this.#life
    const check = new DeviceCheck(this.#live)
    signal.addEventListener("abort", () => check.link.close())
    check.addEventListener("change", () => this.#show(check.link.media), { signal })
    check.addEventListener("step", ({ detail }) => this.#step(detail), { signal })
    check.addEventListener("found", ({ detail }) => this.#found(detail), { signal })
    this.#part("skip").onclick = () => check.skip()
    this.querySelector("face-guide").allowTones()
    this.#forget()
    this.#part("begin").disabled = true
    this.#part("go-on").hidden = true
    try {
      this.#done(await check.run(signal))
    } catch (error) {
      this.#refused(error)
    } finally {
      this.#guide(null)
      this.#part("begin").disabled = false
      this.#part("begin").textContent = "Check again"
    }
  }

  #step(step) {
    const [text, codes] = STEPS[step]
    this.#say("wait", text)
    for (const code of codes) this.#line({ code, result: "checking", detail: "", mend: "" })
  }

  #found({ lines, awaiting, guide }) {
    for (const line of lines) this.#line(whileWaiting(line, awaiting))
    this.#guide(guide ?? null)
  }

  #guide(guide) {
    const words = this.querySelector("face-guide").show(guide, this.#part("steps"))
    this.#part("skip").hidden = guide === null
    if (words) this.#say("wait", `${words.title}. ${words.hint}`)
  }

  #done({ lines, result }) {
    this.#found({ lines, awaiting: false })
    for (const code of untried(lines)) this.#line({ code, result: "untried", detail: "", mend: "" })
    this.#say(result === "fail" ? "bad" : "good", summary(lines, result))
    this.#part("go-on").hidden = result === "fail"
    if (result !== "fail") this.#part("go-on").focus()
  }

  #forget() {
    for (const code of CODES) this.#line({ code, result: "waiting", detail: "", mend: "" })
  }

  #refused(error) {
    this.#forget()
    const page = pageFor(error.code)
    if (page) return location.assign(`${page}?next=${encodeURIComponent(location.pathname + location.search)}`)
    if (error.code !== "camera") return this.#say("bad", error.detail ?? "That did not work. Please check again.")
    const { title, hint } = describeCamera(error.detail)
    this.#say("bad", title)
    this.#line({ code: "camera", result: "fail", detail: title, mend: hint })
  }

  #line({ code, result, detail, mend }) {
    const line = this.querySelector(`[data-line=${code}]`)
    if (!line) return
    line.dataset.result = result
    line.querySelector(".line-word").textContent = wordOf(result)
    line.querySelector(".line-detail").textContent = detail
    line.querySelector(".line-mend").textContent = result === "fail" || result === "warning" ? mend : ""
  }

  #say(tone, text) {
    const place = this.#part("said")
    place.dataset.tone = tone
    if (place.textContent !== text) place.textContent = text
  }

  #show(media) {
    const video = this.querySelector("video")
    if (video.srcObject === media) return
    video.srcObject = media
    this.#part("camera-off").hidden = media !== null
    if (media) video.play().catch(() => {})
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`)
  }
}

customElements.define("device-check", DeviceCheckPage)
