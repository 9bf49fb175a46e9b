import { secondsLeft } from "../models/exam-time.js"
import { Answering } from "./answering.js"
import { get, unlessRefused } from "./api.js"
import { Noticing } from "./noticing.js"
import { noNode, Opener } from "./opening.js"
import { Watching } from "./watching.js"
import { write } from "./writing.js"

const AGAIN_MS = 2_000

// A test on this page: opened, kept alive, saved and handed in. Tells `change`, `paper`
// and `note`. The clock is the server's.
export class Exam extends EventTarget {
  state = null
  questions = []
  #ahead = 0
  #key = crypto.randomUUID()
  #loading = null
  #between = false
  #unread = false

  // `begun`: the test runs already. `card`: an AdmitCard.
  constructor({ seat, module, begun, card }, signal) {
    super()
    const send = (what, body, options) => this.#write(what, body, options)
    const change = () => this.#tell("change")
    const opener = new Opener(seat ? { seat } : { module }, card)
    Object.assign(this, { card, opener, holder: opener.holder })
    this.watching = new Watching(() => this.#open(), () => (this.state ? this.elsewhere : Boolean(begun)), signal) // a paper needs no camera
    this.answering = new Answering(send, () => this.#is("running"), () => !this.#unread, this.holder.page)
    this.noticing = new Noticing(send, () => this.#is("running", "paused"), signal)
    const follow = (target, acts) => Object.entries(acts).forEach(([type, act]) => target.addEventListener(type, ({ detail }) => act(detail), { signal }))
    follow(this.answering, { change, stale: () => this.load(), refused: () => this.load() })
    follow(this.noticing, { note: (words) => this.#tell("note", words) })
    follow(this.watching, { change, exam: (state) => this.#take(state), seats: (seats) => (card.seen(seats) ? this.watching.open() : change()), line: () => this.answering.flush() })
    follow(globalThis, { online: () => this.answering.flush() })
    const timer = setInterval(() => this.#again(), AGAIN_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
  }

  get elsewhere() {
    return this.holder.elsewhere
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
    if (state.epoch < this.holder.epoch) return this.#load() // read before it was opened here
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
    const { exam, stream } = await this.opener.open(() => this.watching.link.close())
    this.noticing.open(exam.exam)
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
    const { elsewhere } = this
    if (this.holder.hear(news)) { // opened here: what waits comes along, and the paper is read anew
      this.#between = this.answering.open(news.exam, news.epoch, news.opened_since) || this.#between
      this.#unread = true
      if (elsewhere && this.watching.link.state === "idle") this.watching.open()
    }
    this.state = { ...this.state, ...news, epoch: this.holder.epoch }
    if (news.now) this.#ahead = Date.parse(news.now) - Date.now()
    const ended = this.state.state === "ended"
    if (ended || this.elsewhere) this.watching.close()
    if (ended) [this.answering, this.noticing, this.opener].forEach((it) => it.close())
    this.#tell("change")
  }

  // Sends what waits; reads what could not be read; past the deadline asks how it ended.
  #again() {
    return this.#is("running") && (this.#unread || this.left <= 0) ? this.load() : this.answering.flush()
  }

  #is = (...states) => states.includes(this.state?.state) && !this.elsewhere

  #write(what, body, options) {
    const overtaken = (epoch) => this.opener.overtaken(epoch, () => this.load())
    return write(what, body, options, { state: () => this.state, sheet: () => this.answering.sheet, overtaken })
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
