import { secondsLeft } from "../models/exam-time.js"
import { Answering } from "./answering.js"
import { get, unlessRefused } from "./api.js"
import { Noticing } from "./noticing.js"
import { noNode, openTest } from "./opening.js"
import { Watching } from "./watching.js"
import { write } from "./writing.js"

const AGAIN_MS = 2_000

// A test on this page: opened, kept alive, saved and handed in. Tells `change`, `paper`
// and `note`. The clock is the server's.
export class Exam extends EventTarget {
  state = null
  questions = []
  elsewhere = false
  #ahead = 0
  #key = crypto.randomUUID()
  #page = crypto.randomUUID() // openings of ours, though their answers may be lost
  #loading = null
  #between = false
  #opening = false
  #unread = false

  // `begun`: the test runs already. `card`: an AdmitCard.
  constructor({ seat, module, begun, card }, signal) {
    super()
    const send = (what, body, options) => this.#write(what, body, options)
    const change = () => this.#tell("change")
    Object.assign(this, { wanted: { ...(seat ? { seat } : { module }), page: this.#page }, card })
    this.watching = new Watching(() => this.#open(), () => (this.state ? this.elsewhere : Boolean(begun)), signal) // a paper needs no camera
    this.answering = new Answering(send, () => this.#is("running"), () => !this.#unread)
    this.noticing = new Noticing(send, () => this.#is("running", "paused"), signal)
    const follow = (target, acts) => Object.entries(acts).forEach(([type, act]) => target.addEventListener(type, ({ detail }) => act(detail), { signal }))
    follow(this.answering, { change, stale: () => this.load(), refused: () => this.load() })
    follow(this.noticing, { note: (words) => this.#tell("note", words) })
    follow(this.watching, { change, exam: (state) => this.#take(state), seats: (seats) => (card.seen(seats) ? this.watching.open() : change()), line: () => this.answering.flush() })
    follow(globalThis, { online: () => this.answering.flush() })
    const timer = setInterval(() => this.#again(), AGAIN_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  get left() {
    return secondsLeft(this.state, Date.now() + this.#ahead)
  }

  // Tells why not in words; undefined when it is handed in.
  async handIn() {
    await this.answering.flush()
    if (this.answering.sheet.waiting) return "Not handed in yet: some answers are not saved. We keep trying; hand in again once the page says saved."
    return this.#write("hand-in", { key: this.#key }).then((ended) => this.#put(ended), (error) => unlessRefused(error).detail)
  }

  // The paper and the clock as the server has them; one reading at a time.
  async load() {
    await (this.#loading ??= this.#load().catch(unlessRefused).finally(() => { this.#loading = null }))
  }

  async #load() {
    const { questions, next_event: next, ...state } = await get(`/api/exams/${this.state.exam}`)
    this.#put(state)
    if (this.elsewhere) return
    this.noticing.take(next, this.#between)
    if (questions.length) { // none while it is paused: then it is read when it goes on
      if (!this.questions.length) this.questions = questions // a paper never changes
      if (this.answering.take(questions, this.#between).length) this.#tell("note", "What you answered on the other device was newer, so it was kept.")
      this.#between = this.#unread = false
    }
    this.#tell("paper")
    this.answering.flush()
  }

  async #open() {
    this.#opening = true
    const { exam, stream } = await openTest(this.wanted, this.card, () => this.watching.link.close()).finally(() => { this.#opening = false })
    Object.assign(this, { elsewhere: false, state: null })
    this.#between = this.answering.open(exam)
    this.noticing.open(exam.exam)
    this.#unread = true
    this.#put(exam)
    await this.load()
    return stream ?? noNode()
  }

  #take(state) {
    if (state.exam === null || state.exam !== this.state?.exam) return
    this.#put(state)
    if (this.#is("running") && this.#unread) this.load()
  }

  #put(news) {
    const ours = news.page === this.#page
    this.elsewhere ||= !this.#opening && !ours && news.epoch > this.state?.epoch
    this.state = { ...this.state, ...news, epoch: ours ? Math.max(news.epoch, this.state?.epoch ?? 0) : this.state?.epoch ?? news.epoch }
    if (news.now) this.#ahead = Date.parse(news.now) - Date.now()
    const ended = this.state.state === "ended"
    if (ended || this.elsewhere) this.watching.close()
    if (ended) [this.answering, this.noticing].forEach((it) => it.close())
    this.#tell("change")
  }

  // Sends what waits; reads what could not be read; past the deadline asks how it ended.
  #again() {
    return this.#is("running") && (this.#unread || this.left <= 0) ? this.load() : this.answering.flush()
  }

  #is = (...states) => states.includes(this.state?.state) && !this.elsewhere

  // By which page, has to be read.
  async #overtaken(epoch) {
    if (!this.#opening && epoch >= this.state.epoch) await this.load()
    return !this.elsewhere
  }

  #write(what, body, options) {
    return write(what, body, options, { state: () => this.state, overtaken: (epoch) => this.#overtaken(epoch) })
  }

  #tell = (type, detail = null) => this.dispatchEvent(new CustomEvent(type, { detail }))
}
