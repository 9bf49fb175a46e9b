import { RISKS, actsFor, stateWords, verdictWords } from "../models/wall.js"
import { ago, asClock, shownHours } from "../models/clock.js"
import { testClock, toldSign } from "../models/told.js"

// One sitting on the wall; shows another when it is recycled.
export class SittingRow {
  #parts = new Map()

  constructor(template) {
    this.element = document.createElement("li")
    this.element.className = "row"
    this.element.dataset.testid = "wall-row"
    this.element.append(template.content.cloneNode(true))
    for (const part of this.element.querySelectorAll("[data-part]")) this.#parts.set(part.dataset.part, part)
  }

  show(sitting) {
    if (this.sitting === sitting) return
    this.sitting = sitting
    const { id, srn, need, incident } = sitting
    Object.assign(this.element.dataset, { sitting: id, srn, need })
    const [tone, words] = stateWords(sitting)
    this.#parts.get("state").dataset.tone = tone
    this.#put("state", sitting.looking ? `${words}, looking…` : words)
    this.#put("name", sitting.name)
    this.#put("srn", srn)
    this.#put("module", sitting.kind === "exam" ? `Test: ${sitting.module_title}` : sitting.module_title)
    this.#put("verdict", verdictWords(sitting.verdict))
    const risk = RISKS[sitting.risk]
    this.#parts.get("risk").hidden = sitting.risk === "low"
    this.#parts.get("risk").dataset.tone = risk[0]
    this.#put("risk", risk[1])
    this.#parts.get("incident").hidden = incident === null
    this.#put("incident", incident ? `Incident: ${verdictWords(incident.kind).toLowerCase()}` : "")
    for (const [word, on] of Object.entries({ ...actsFor(sitting), open: true })) {
      const button = this.element.querySelector(`[data-act=${word}]`)
      button.disabled = !on
      button.setAttribute("aria-label", `${button.textContent}: ${sitting.name}`)
    }
    this.tick()
  }

  tick() {
    const sinceMs = performance.now() - this.sitting.at
    const { test, counting, told } = this.sitting
    const clock = test && testClock(test, sinceMs)
    const hours = shownHours(this.sitting, { counting, sinceMs })
    this.#put("time", asClock(test ? clock.left : hours.confirmed_s))
    this.#put("of", test ? clock.words : `+ ${asClock(hours.provisional_s)} provisional`)
    this.#put("when", ago(this.sitting.looked_at, Date.now()))
    const sign = toldSign(told, Date.now())
    this.#parts.get("told").hidden = !sign
    this.#put("told", sign)
  }

  #put(name, text) {
    const place = this.#parts.get(name)
    if (place.textContent !== text) place.textContent = text
  }
}
