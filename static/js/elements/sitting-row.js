import { actsFor, stateWords, verdictWords } from "../models/wall.js"
import { ago, asClock, shownHours } from "../models/clock.js"

// One sitting on the wall. The row stays while its sitting does, so focus survives.
export class SittingRow {
  constructor(template) {
    this.element = document.createElement("li")
    this.element.className = "row"
    this.element.dataset.testid = "wall-row"
    this.element.append(template.content.cloneNode(true))
  }

  show(sitting, at) {
    this.sitting = sitting
    this.at = at
    const { id, srn, need, incident } = sitting
    Object.assign(this.element.dataset, { sitting: id, srn, need })
    const [tone, words] = stateWords(sitting)
    this.#part("state").dataset.tone = tone
    this.#put("state", sitting.looking ? `${words}, looking…` : words)
    this.#put("name", sitting.name)
    this.#put("srn", srn)
    this.#put("module", sitting.module_title)
    this.#put("verdict", verdictWords(sitting.verdict))
    this.#part("incident").hidden = incident === null
    this.#put("incident", incident ? `Incident: ${verdictWords(incident.kind).toLowerCase()}` : "")
    for (const [word, on] of Object.entries(actsFor(sitting))) {
      const button = this.element.querySelector(`[data-act=${word}]`)
      button.disabled = !on
      button.setAttribute("aria-label", `${button.textContent}: ${sitting.name}`)
    }
    this.tick()
  }

  tick() {
    const sinceMs = performance.now() - this.at
    const shown = shownHours(this.sitting, { counting: this.sitting.counting, sinceMs })
    this.#put("time", asClock(shown.confirmed_s))
    this.#put("of", `+ ${asClock(shown.provisional_s)} provisional`)
    this.#put("when", ago(this.sitting.looked_at, Date.now()))
  }

  #part(name) {
    return this.element.querySelector(`[data-part=${name}]`)
  }

  #put(name, text) {
    const place = this.#part(name)
    if (place.textContent !== text) place.textContent = text
  }
}
