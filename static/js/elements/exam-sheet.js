import { AdmitCard } from "../models/admit-card.js"
import { savedWords } from "../models/exam-overview.js"
import { describe } from "../models/exam-words.js"
import { pageFor } from "../models/words.js"
import { Exam } from "../transport/exam.js"

const TICK_MS = 250

// A test on its page: shows what Exam tells, and tells it what is pressed.
export class ExamSheet extends HTMLElement {
  #life = null
  #exam = null
  #wasOffline = false

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const { exam, ended } = this.dataset
    this.#exam = new Exam({ ...this.dataset, card: AdmitCard.of(this.dataset) }, signal)
    if (ended) this.#exam.state = { exam, state: "ended", ended_why: ended, epoch: 0 }
    const on = (target, type, act) => target.addEventListener(type, (event) => act(event), { signal })
    on(this.#exam, "change", () => this.#render())
    on(this.#exam, "paper", () => this.#opened())
    on(this.#exam, "note", ({ detail }) => this.#say("told", detail))
    on(this, "say", ({ detail }) => this.#say("warned", detail))
    on(this, "click", ({ target }) => this.#act(target.closest("[data-act]")?.dataset.act))
    on(this, "card", ({ detail }) => { this.#exam.card.type(detail.number); this.#exam.watching.open() })
    on(this, "hand-in", () => this.#handIn())
    on(document, "fullscreenchange", () => this.#render())
    this.#part("exam-paper").follow(this.#exam, signal)
    document.querySelector("connection-strip")?.follow(this.#exam.watching.live, signal)
    const timer = setInterval(() => this.#tick(), TICK_MS)
    signal.addEventListener("abort", () => clearInterval(timer))
    this.#part("[data-act=open]").disabled = false // a press before now would be lost
    this.#render()
    if (exam && !ended && sessionStorage.getItem("sitting") === exam) this.#exam.watching.open()
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #act(word) {
    const acts = {
      open: () => this.#exam.watching.open(),
      retry: () => this.#exam.watching.retry(),
      screen: () => document.documentElement.requestFullscreen().catch(() => {}),
      "hand-in": () => this.#part("exam-hand-in").ask(this.#part("exam-paper").cells, this.#exam.answering.sheet.waiting),
    }
    acts[word]?.()
  }

  async #handIn() {
    const dialog = this.#part("exam-hand-in")
    dialog.problem("", { busy: true })
    dialog.problem((await this.#exam.handIn()) ?? "")
  }

  // A reload of this page goes on by itself, at the test's own address.
  #opened() {
    const { exam } = this.#exam.state
    sessionStorage.setItem("sitting", exam)
    if (location.pathname !== `/exam/${exam}`) history.replaceState(null, "", `/exam/${exam}`)
    this.#render()
  }

  #render() {
    const { state, elsewhere, card, watching: { link, sitting, messages } } = this.#exam
    const page = pageFor(link.refusal?.code)
    if (page) return location.assign(`${page}?next=${encodeURIComponent(location.pathname + location.search)}`)
    const said = describe(state, { camera: link.camera, refusal: link.refusal, elsewhere, card, sitting, link: link.state, known: Boolean(this.dataset.exam), begun: Boolean(this.dataset.begun) })
    const runs = state?.state === "running" && !elsewhere && this.#exam.left > 0
    if (elsewhere) sessionStorage.removeItem("sitting")
    this.dataset.view = said.view
    this.#part("exam-state").show(state, said, { card, media: link.media, looking: Boolean(sitting?.looking), link: link.state, fullScreen: Boolean(document.fullscreenElement) })
    this.#part("exam-card")?.show({ ...card, needed: said.card === true }, link.state === "connecting")
    this.#part("exam-paper").render(runs)
    if (said.view === "ended") this.#end()
    this.#part("desk-messages").show(messages)
    this.#showSaved(said.view)
    this.#tick()
  }

  #end() {
    this.#part("exam-paper").hidden = true
    this.#part("exam-hand-in").close()
    this.#part("[data-part=ended]").hidden = false
    this.#part("[data-part=unsaved]").hidden = this.#exam.answering.sheet.waiting === 0
    this.#part("[data-part=result]").href = `/results/${this.#exam.state.exam}`
    sessionStorage.removeItem("sitting")
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {})
  }

  #showSaved(view) {
    const { offline, saving, trouble, sheet } = this.#exam.answering
    const { tone, words } = savedWords({ waiting: sheet.waiting, marks: sheet.marks.length, saving, offline, trouble, refused: sheet.problems.size })
    const place = this.#part("[data-part=saved]")
    place.hidden = view !== "paper" && view !== "paused"
    place.dataset.tone = tone
    if (place.textContent !== words) place.textContent = words
    if (offline !== this.#wasOffline) this.#say("told", offline ? "You are offline. Go on: what you answer waits on this device and is sent by itself." : "You are back online.")
    this.#wasOffline = offline
  }

  #tick() {
    const { left, state } = this.#exam
    this.#part("exam-clock").show(left, state?.warn_s)
    if (left !== null && left <= 0 && this.#part("[data-act=hand-in]").disabled === false) this.#part("exam-paper").render(false)
  }

  #say(where, words) {
    this.#part(`[data-part=${where}]`).textContent = words
  }

  #part(selector) {
    return this.querySelector(selector)
  }
}

customElements.define("exam-sheet", ExamSheet)
