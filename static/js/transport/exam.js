import { secondsLeft, Sheet } from "../models/sheet.js"
import { get, post, Refused } from "./api.js"
import { Link } from "./link.js"
import { Live } from "./live.js"

// A test on this page: opened, kept alive, saved and handed in. Tells `change` and `paper`.
const PRESENCE_EVERY_MS = 3_000
const AGAIN_MS = 2_000

export class Exam extends EventTarget {
  sheet = new Sheet()
  state = null
  questions = []
  kept = ""
  trouble = ""
  #skew = 0
  #saving = false
  #key = crypto.randomUUID()

  constructor(wanted, signal) {
    super()
    Object.assign(this, { wanted, live: new Live(["student:me", "exam:me"]), link: new Link(() => this.#open()) })
    this.live.addEventListener("state", ({ detail }) => this.#take(detail), { signal })
    this.link.addEventListener("up", () => this.#say("streaming"), { signal })
    this.link.addEventListener("change", () => this.#changed(), { signal })
    const timers = [setInterval(() => this.#say("presence"), PRESENCE_EVERY_MS), setInterval(() => this.flush(), AGAIN_MS)]
    signal.addEventListener("abort", () => [timers.forEach(clearInterval), this.link.close()])
    this.live.open(signal)
  }

  get left() {
    return secondsLeft(this.state, Date.now() + this.#skew)
  }

  answer(place, answer) {
    this.sheet.answer(place, answer)
    return this.flush()
  }

  flag(place, flagged) {
    return this.#write("flag", { place, flagged }).catch((error) => this.#refused(error))
  }

  async flush() {
    const { batch } = this.sheet
    if (this.#saving || !batch.length || this.state?.state !== "running") return
    this.#saving = true
    this.#changed({ kept: "Saving…" })
    try {
      const { saved, refused } = await this.#write("answers", { answers: batch })
      this.sheet.settle([...saved, ...refused])
      this.#changed({ kept: refused.length ? refused[0].detail : "Saved" })
    } catch (error) {
      this.#refused(error)
    } finally {
      this.#saving = false
    }
  }

  async handIn() {
    await this.flush()
    try {
      this.#put(await this.#write("hand-in", { key: this.#key }))
      this.link.close()
    } catch (error) {
      this.#refused(error)
    }
  }

  async #open() {
    const { exam, stream } = await post("/api/exams", this.wanted)
    this.#put(exam)
    if (exam.state === "running" || exam.state === "paused") await this.#load()
    return stream
  }

  async #load() {
    const { questions } = await get(`/api/exams/${this.state.exam}`)
    this.sheet.take(questions)
    this.questions = questions
    this.dispatchEvent(new Event("paper"))
  }

  #take(state) {
    if (!("exam" in state)) return this.link.lookedAt({ looking: Boolean(state.sitting?.looking), turning: Boolean(state.sitting?.asked) })
    if (state.exam === null || state.exam !== this.state?.exam) return
    const { epoch } = this.state
    const elsewhere = state.epoch > epoch
    this.#put({ ...state, epoch })
    this.#changed({ trouble: elsewhere ? "This test was opened elsewhere. Reload the page to go on here." : "" })
    if (state.state === "running" && !this.questions.length) this.#load()
    if (state.state === "ended" || elsewhere) this.link.close()
  }

  #put(state) {
    this.state = { ...this.state, ...state }
    this.#skew = Date.parse(state.now) - Date.now()
    this.#changed()
  }

  #write(what, body) {
    return post(`/api/exams/${this.state.exam}/${what}`, { epoch: this.state.epoch, ...body })
  }

  #refused(error) {
    if (!(error instanceof Refused)) throw error
    this.#changed({ kept: error.code === "offline" ? "Offline: kept on this page, and sent again" : error.detail })
  }

  #say(type) {
    if (this.link.state !== "up") return
    const { sitting, epoch } = this.link.opened
    this.live.send({ type, sitting, epoch, ...(type === "presence" && { visible: document.visibilityState === "visible" }) })
  }

  #changed(news = {}) {
    Object.assign(this, news)
    this.dispatchEvent(new Event("change"))
  }
}
