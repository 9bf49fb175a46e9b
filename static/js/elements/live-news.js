// Notices and windows on top of a page; on pages with a socket, as soon as they are made.
export class LiveNews extends HTMLElement {
  follow(live, signal) {
    live.addEventListener("news", ({ detail }) => this.#render(detail), { signal })
  }

  #render({ notices, windows }) {
    const now = Date.now()
    const lines = [
      ...windows.map((it) => (Date.parse(it.closed_from) > now ? coming(it) : closed(it))),
      ...notices.map(({ text, tone }) => line(tone === "warning" ? "wait" : "", text)),
    ]
    const before = [...this.children].map((it) => it.outerHTML).join("")
    if (lines.map((it) => it.outerHTML).join("") !== before) this.replaceChildren(...lines)
    this.hidden = lines.length === 0
  }
}

function coming({ name, closed_from: from, closed_till: till, reason }) {
  return line("wait", `${name} is closed `, element("closing-countdown", from), ": from ", element("local-time", from), " till ", element("local-time", till), `. ${reason}`)
}

function closed({ name, closed_till: till, reason }) {
  return line("wait", `${name} is closed till `, element("local-time", till), `. ${reason}`)
}

function line(tone, ...parts) {
  const made = document.createElement("p")
  made.className = `notice ${tone}`
  made.append(...parts)
  return made
}

function element(name, at) {
  const made = document.createElement(name)
  made.setAttribute("datetime", at)
  return made
}

customElements.define("live-news", LiveNews)
