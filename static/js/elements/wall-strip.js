import { strip } from "../models/wall.js"

// The counter strip: made once, then only its texts change.
export function showStrip(list, state) {
  const wanted = strip(state)
  while (list.children.length < wanted.length) {
    const item = document.createElement("div")
    item.append(document.createElement("dt"), document.createElement("dd"), document.createElement("dd"))
    list.append(item)
  }
  wanted.forEach(({ name, figure, alert = false, words = "" }, index) => {
    const item = list.children[index]
    item.toggleAttribute("data-alert", Boolean(alert))
    item.dataset.count = name
    const texts = [name, String(figure), words]
    texts.forEach((text, at) => { if (item.children[at].textContent !== text) item.children[at].textContent = text })
    item.children[2].hidden = !words
  })
}
