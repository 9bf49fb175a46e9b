import { toldSentences, toldWords } from "../models/told.js"

const clock = (at) => new Date(at).toLocaleTimeString([], { timeStyle: "medium" })

// What a test's browser told, in the panel of its sitting: the counts, and the last few.
export function showTold(section, { test, told }) {
  section.hidden = test === null
  const lists = [toldSentences(told), (told?.last ?? []).map(({ kind, at }) => `${clock(at)}  ${toldWords(kind)}`)]
  section.querySelectorAll("ul").forEach((list, index) => {
    const texts = lists[index]
    list.hidden = texts.length === 0
    if (list.dataset.shown === texts.join("\n")) return
    list.dataset.shown = texts.join("\n")
    list.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })))
  })
  section.querySelector("[data-part=told-none]").hidden = told !== null
}
