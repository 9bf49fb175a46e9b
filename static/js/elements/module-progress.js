import { asClock, shares } from "../models/clock.js"

// Confirmed solid, provisional hatched, the rest empty; and the same in words.
export class ModuleProgress extends HTMLElement {
  connectedCallback() {
    if (this.firstElementChild) return
    const bar = document.createElement("div")
    bar.className = "bar"
    bar.setAttribute("role", "progressbar")
    bar.setAttribute("aria-label", "Confirmed hours")
    bar.setAttribute("aria-valuemin", "0")
    bar.setAttribute("aria-valuemax", "100")
    for (const part of ["done", "maybe"]) bar.append(Object.assign(document.createElement("span"), { className: part }))
    this.append(bar, Object.assign(document.createElement("span"), { className: "words" }))
    this.show({ required_s: Number(this.dataset.required), confirmed_s: 0, provisional_s: 0 })
  }

  show(hours) {
    const { done, maybe } = shares(hours)
    const bar = this.querySelector(".bar")
    bar.setAttribute("aria-valuenow", done.toFixed(1))
    bar.querySelector(".done").style.setProperty("--share", `${done}%`)
    bar.querySelector(".maybe").style.setProperty("--share", `${maybe}%`)
    const left = Math.max(0, hours.required_s - hours.confirmed_s)
    const words = [`${asClock(hours.confirmed_s)} of ${Math.round(hours.required_s / 3600)} h confirmed`]
    if (hours.provisional_s >= 1) words.push(`${asClock(hours.provisional_s)} provisional`)
    words.push(left === 0 ? "hours done" : `${asClock(left)} to go`)
    this.querySelector(".words").textContent = words.join(" · ")
  }
}

customElements.define("module-progress", ModuleProgress)
