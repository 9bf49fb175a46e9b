import { isTyping } from "../models/keys.js"

// Search, filters and order; they live in the address, so that a page can be shared.
export class WallFilters {
  #form
  #modules = ""

  constructor(form, changed, signal) {
    this.#form = form
    const given = new URLSearchParams(location.search)
    for (const name of ["q", "kind", "state", "risk", "sort"]) if (given.has(name)) form.elements[name].value = given.get(name)
    this.module = given.get("module") ?? ""
    form.addEventListener("submit", (event) => event.preventDefault(), { signal })
    form.addEventListener("input", () => {
      this.module = form.elements.module.value
      const kept = new URLSearchParams(Object.entries(this.wanted).filter(([, value]) => value))
      history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname)
      changed()
    }, { signal })
  }

  get wanted() {
    const { q, kind, state, risk, sort } = this.#form.elements
    return { q: q.value, kind: kind.value, state: state.value, module: this.module, risk: risk.value, sort: sort.value === "need" ? "" : sort.value }
  }

  // The modules that are studied just now.
  offer(sittings) {
    const modules = [...new Map(sittings.map((it) => [it.module, it.module_title]))].sort((a, b) => a[1].localeCompare(b[1]))
    const key = JSON.stringify(modules)
    if (key === this.#modules) return
    this.#modules = key
    const { module } = this.#form.elements
    module.replaceChildren(new Option("All modules", ""), ...modules.map(([code, title]) => new Option(title, code)))
    module.value = this.module
  }

  // A slash goes to the search, wherever one is.
  find(event) {
    if (event.key !== "/" || isTyping(event.target) || document.querySelector("dialog[open]")) return
    event.preventDefault()
    this.#form.elements.q.focus()
  }
}
