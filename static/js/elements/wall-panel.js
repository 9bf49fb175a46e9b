import { get } from "../transport/api.js"
import { RISKS, actsFor, stateWords } from "../models/wall.js"
import { lineWords } from "../models/timeline.js"
import { viewersWords } from "../models/viewing.js"
import "./live-view.js"
import { showTold } from "./wall-told.js"

const EVERY_MS = 5_000

// One sitting: what happened, a message, and what a proctor may do. A dialog.
export class WallPanel {
  #dialog
  #act
  #sitting = null
  #timer = 0
  #live

  constructor(dialog, act, signal) {
    this.#dialog = dialog
    this.#act = act
    this.#live = dialog.querySelector("live-view")
    dialog.addEventListener("close", () => {
      clearInterval(this.#timer)
      this.#live.stop()
    }, { signal })
    dialog.addEventListener("click", ({ target }) => this.#press(target.closest("[data-act]")), { signal })
    for (const [name, word] of [["message", "message"], ["end", "end"], ["rate", "rate"]]) {
      dialog.querySelector(`form[data-form=${name}]`).addEventListener("submit", (event) => this.#send(event, word), { signal })
    }
  }

  open(sitting, act) {
    this.#sitting = sitting
    this.say("")
    this.#show(sitting)
    this.#live.show(sitting)
    for (const form of this.#dialog.querySelectorAll("form[data-form]")) form.reset()
    this.#dialog.querySelector("[data-part=lines]").replaceChildren()
    this.#dialog.showModal()
    const ending = this.#dialog.querySelector("form[data-form=end]")
    ending.closest("details").open = act === "end"
    ;(act === "end" ? ending.elements.reason : this.#dialog.querySelector("h2")).focus()
    this.#read()
    this.#timer = setInterval(() => this.#read(), EVERY_MS)
  }

  // Meanwhile the sitting goes on; a colleague may have acted.
  take(sittings) {
    if (!this.#dialog.open) return
    const now = sittings.find(({ id }) => id === this.#sitting.id)
    if (now) this.#show(now)
    else {
      this.#live.stop()
      this.say("This sitting has ended.")
    }
  }

  say(text) {
    this.#dialog.querySelector("[data-part=said]").textContent = text
  }

  #show(sitting) {
    this.#sitting = sitting
    const put = (name, text) => { this.#dialog.querySelector(`[data-part=${name}]`).textContent = text }
    put("who", sitting.name)
    put("srn", `${sitting.srn} · ${sitting.module_title}`)
    const pill = this.#dialog.querySelector("[data-part=state]")
    const [tone, words] = stateWords(sitting)
    pill.dataset.tone = tone
    put("state", words)
    put("risk", RISKS[sitting.risk][1])
    put("rate", sitting.random_per_hour === null ? "the usual rate" : `${sitting.random_per_hour} an hour`)
    put("viewers", viewersWords(sitting.viewers))
    put("unread", sitting.unread ? "A message is not read yet." : "")
    for (const [word, on] of Object.entries(actsFor(sitting))) for (const button of this.#dialog.querySelectorAll(`[data-act=${word}]`)) button.disabled = !on
    this.#dialog.querySelector("[data-part=correct]").href = `/staff/people/${sitting.account}/hours/corrections`
    showTold(this.#dialog.querySelector("[data-part=told]"), sitting)
    const incident = this.#dialog.querySelector("[data-part=incident]")
    incident.hidden = sitting.incident === null
    if (sitting.incident) incident.href = `/incidents/${sitting.incident.id}`
  }

  async #press(button) {
    const word = button?.dataset.act
    if (!word) return
    if (await this.#act(word, this.#sitting)) this.#done()
  }

  async #send(event, word) {
    event.preventDefault()
    const form = event.target
    const given = Object.fromEntries(new FormData(form))
    if (given.per_hour) given.per_hour = Number(given.per_hour)
    if (!(await this.#act(word, this.#sitting, given))) return
    form.reset()
    if (word === "end") this.#dialog.close()
    else this.#done()
  }

  #done() {
    this.say("Done. It is in the trail.")
    this.#read()
  }

  async #read() {
    const { lines } = await get(`/api/wall/${this.#sitting.id}/timeline`).catch(() => ({ lines: [] }))
    const list = this.#dialog.querySelector("[data-part=lines]")
    const items = lines.slice(-60).reverse().map((line) => {
      const item = document.createElement("li")
      const [tone, words] = lineWords(line)
      item.dataset.tone = tone
      item.textContent = `${new Date(line.at).toLocaleTimeString([], { timeStyle: "medium" })}  ${words}`
      return item
    })
    list.replaceChildren(...items)
  }
}
