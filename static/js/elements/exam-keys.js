import { meaning } from "../models/exam-keys.js"
import { keep, kept } from "../transport/keeping.js"

// Single keys, unless they are switched off: a voice control would press them by accident.
const NAME = "exam-keys-off"

export function followKeys(box, signal, act) {
  box.checked = kept(NAME) !== true
  box.addEventListener("change", () => keep(NAME, !box.checked), { signal })
  document.addEventListener("keydown", (event) => {
    const word = box.checked && !event.defaultPrevented ? meaning(event, event.target) : null
    if (word !== null && act(word)) event.preventDefault()
  }, { signal })
}
