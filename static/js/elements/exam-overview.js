import { inWords } from "../models/exam-overview.js"

// All questions at a glance; each leads there. Tells `go` {place}.
export class ExamOverview extends HTMLElement {
  #shown = ""

  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const place = target.closest("[data-place]")?.dataset.place
      if (place) this.dispatchEvent(new CustomEvent("go", { bubbles: true, detail: { place: Number(place) } }))
    })
  }

  show(cells) {
    const key = JSON.stringify(cells)
    if (key === this.#shown) return
    this.#shown = key
    const list = this.querySelector("ol")
    while (list.children.length > cells.length) list.lastElementChild.remove()
    while (list.children.length < cells.length) list.append(this.querySelector("template").content.cloneNode(true))
    cells.forEach((cell, at) => show(list.children[at].firstElementChild, cell))
    this.querySelector("[data-part=count]").textContent = inWords(cells)
  }

  focusCurrent() {
    this.querySelector("[aria-current]")?.focus()
  }
}

function show(button, { place, answered, flagged, current, words }) {
  Object.assign(button.dataset, { place, answered, flagged })
  button.setAttribute("aria-label", words)
  button.querySelector("span").textContent = place
  if (current) button.setAttribute("aria-current", "true")
  else button.removeAttribute("aria-current")
}

customElements.define("exam-overview", ExamOverview)
