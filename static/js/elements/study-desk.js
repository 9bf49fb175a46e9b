import { watchedWords } from "../models/viewing.js"
import { describe, pageFor } from "../models/words.js"
import "./desk-messages.js"
import { StillThere } from "./still-there.js"
import { Desk } from "../transport/desk.js"
import { Live } from "../transport/live.js"

// Pauses that the student lifts.
const OWN = new Set(["student", "inactive"])

// The camera tile, the state in words, the buttons. All deciding is in Desk and words.js.
export class StudyDesk extends HTMLElement {
  #life = null
  #desk = null
  #live = null

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#live = new Live(["student:me"])
    this.#desk = new Desk(this.dataset.module, this.#live, signal)
    this.#desk.addEventListener("change", () => this.#render(), { signal })
    new StillThere(this.querySelector("dialog"), this.#desk.activity, () => (this.#desk.mine ? this.#desk.sitting : null), signal)
    this.addEventListener("click", (event) => this.#act(event.target.closest("[data-act]")?.dataset.act), { signal })
    document.querySelector("connection-strip")?.follow(this.#live, signal)
    this.#live.open(signal)
    this.querySelector("[data-act=start]").disabled = false // a press before now would be lost
    if (sessionStorage.getItem("studying") === this.dataset.module) this.#desk.start()
    this.#render()
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #act(word) {
    const desk = this.#desk
    const acts = {
      start: () => desk.start(),
      resume: () => desk.start({ resume: true }),
      instead: () => desk.start({ instead: true }),
      "try-again": () => desk.tryAgain(),
      pause: () => desk.act("pause"),
      finish: () => desk.act("finish"),
      here: () => desk.activity.note(),
    }
    acts[word]?.()
  }

  #render() {
    const desk = this.#desk
    const elsewhere = pageFor(desk.link.refusal?.code)
    if (elsewhere) return location.assign(`${elsewhere}?next=${encodeURIComponent(location.pathname)}`)
    const { sitting, latest } = desk
    const { camera, refusal, state } = desk.link
    const link = desk.wanted && !this.#live.isOpen ? "lost" : state
    const page = { camera, refusal, mine: desk.mine, wanted: desk.wanted, link }
    const said = describe(sitting, latest.ended?.module === this.dataset.module ? latest.ended : null, page)
    this.#say(said)
    this.#offer(said, sitting)
    this.#showCamera(sitting)
    this.querySelector("desk-messages").show(latest.messages ?? [])
    const hours = latest.hours.find(({ module }) => module === this.dataset.module)
    if (hours) this.querySelector("hour-count").show(hours, { counting: Boolean(sitting?.counting && this.#live.isOpen), at: latest.at })
  }

  #say({ tone, title, hint, asked }) {
    const state = this.querySelector("[data-part=state]")
    state.dataset.tone = tone
    state.dataset.ask = asked ?? ""
    state.role = tone === "ask" ? "alert" : "status" // what is asked cannot wait
    for (const [id, text] of [["state-title", title], ["state-hint", hint]]) {
      const place = state.querySelector(`[data-testid=${id}]`)
      if (place.textContent !== text) place.textContent = text // a screen reader hears changes only
    }
  }

  #offer({ action }, sitting) {
    const desk = this.#desk
    const paused = sitting?.state === "paused" && OWN.has(sitting.reason) && !desk.wanted
    const shown = {
      start: action === "start" && !desk.wanted && !paused,
      resume: paused,
      "try-again": action === "try-again",
      instead: action === "instead",
      pause: desk.wanted && sitting?.state === "running" && !sitting.finishing,
      finish: sitting !== null && (desk.wanted || paused) && !sitting.finishing,
    }
    for (const [word, on] of Object.entries(shown)) this.querySelector(`[data-act=${word}]`).hidden = !on
  }

  #showCamera(sitting) {
    const video = this.querySelector("video")
    const { media } = this.#desk.link
    if (video.srcObject !== media) {
      video.srcObject = media
      if (media) video.play().catch(() => {})
    }
    this.querySelector("[data-part=camera-off]").hidden = media !== null
    this.querySelector("[data-part=lens]").hidden = !(media && sitting?.looking)
    const watched = this.querySelector("[data-part=watched]")
    const words = watchedWords(sitting)
    if (watched.textContent !== words) watched.textContent = words // heard once
  }
}

customElements.define("study-desk", StudyDesk)
