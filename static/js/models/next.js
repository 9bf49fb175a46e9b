import { asClock } from "./clock.js"

// The one thing to do next. `own`: {module, title, href} in order; `unpicked`: set codes.
export function nextStep(hours, sitting, own, unpicked) {
  const of = (module) => hours.find((it) => it.module === module)
  const open = sitting && own.find(({ module }) => module === sitting.module)
  if (open) return { text: `Your sitting in ${open.title} is open.`, hint: "", href: open.href, word: "Continue" }
  const left = own.filter(({ module }) => !isDone(of(module)))
  const next = left.find(({ module }) => (of(module)?.confirmed_s ?? 0) > 0) ?? left[0]
  if (next) return study(next, of(next.module))
  if (unpicked.length > 0) {
    const set = unpicked[0]
    return { text: `Pick your elective of set ${set}.`, hint: "Then study it for its hours.", href: `#set-${set}`, word: "Pick" }
  }
  if (own.length === 0) return null
  return { text: "All your hours are confirmed.", hint: "Well done. Your tests are next.", href: "/hours", word: "See your hours" }
}

function study({ title, href }, hours) {
  const begun = (hours?.confirmed_s ?? 0) > 0
  const left = hours ? Math.max(0, hours.required_s - hours.confirmed_s) : null
  const hint = left === null ? "" : `${asClock(left)} still to confirm.`
  return { text: `Next: ${title}.`, hint, href, word: begun ? "Continue" : "Begin" }
}

function isDone(hours) {
  return hours !== undefined && hours.confirmed_s >= hours.required_s
}
