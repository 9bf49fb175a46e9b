// What was filled into a form, kept while its owner shows again that it is them, and put
// back into it. Fields are told plainly: {name, kind, label, value}; `kind` is "text",
// "tick" (with `on`), "choice" (with `values`, and `offers` where it stands), "hidden",
// "file" (with `files`, their names) or "secret".
export const MOST = 256 * 1024

// Never kept, whatever the field is called: "Show" makes a password's field one of text.
export function isSecret({ type, autocomplete = "" }) {
  return type === "password" || /password|one-time-code|(^|\s)cc-/.test(autocomplete)
}

// `about`: whose it is (srn), the page's path, the form (action, nth) and the button.
export function keeping(about, fields, most = MOST) {
  const kept = { ...about, state: "sent", fields: fields.filter(({ name }) => name && name !== "csrf_token").map(bare) }
  return JSON.stringify(kept).length <= most ? kept : { ...kept, fields: [], isTooLong: true }
}

function bare({ name, kind, label, value, on, values, files, filled }) {
  if (kind === "secret") return { name, kind, label, filled }
  if (kind === "file") return { name, kind, label, files }
  if (kind === "choice") return { name, kind, label, values }
  return kind === "tick" ? { name, kind, label, value, on } : { name, kind, label, value }
}

// What a page that loads does with what is kept: "wait" for a later one, "restore",
// "offer" the way to the form's page, or "drop". `back`: where the page that asks for the
// proof leads afterwards; null on every other page. A browser that does not tell where a
// form was sent from is led to the start page. A page of a fault belongs to nobody.
export function nextStep({ state, srn, path }, page) {
  if (page.isFault) return state === "sent" ? "drop" : "wait"
  if (page.srn !== srn) return "drop"
  if (page.back !== null) return page.back === path || page.back === "/" ? "wait" : "drop"
  if (state === "sent") return "drop"
  if (page.path === path || page.hasForm) return "restore"
  return state === "asked" ? "offer" : "drop"
}

// Which of several forms that lead to the same address it was: the one that hides the
// same, as a row of a table hides whose it is; -1 where that one is gone.
export function placeOf({ nth, fields, isTooLong = false }, forms) {
  if (forms.length === 1) return 0
  if (isTooLong) return nth < forms.length ? nth : -1
  const alike = forms.flatMap((present, at) => (hiddenOf(present) === hiddenOf(fields) ? [at] : []))
  return alike.includes(nth) ? nth : alike.length === 1 ? alike[0] : -1
}

const hiddenOf = (fields) => JSON.stringify(fields.filter(({ kind, name }) => kind === "hidden" && name !== "csrf_token").map(({ name, value }) => [name, value]))

// Where everything goes in the form as it stands now: `set` by place, `left` what has no
// place there any more, `again` (places) what only its owner can give.
export function arrange(kept, present) {
  const plan = { set: [], left: [], files: [], secrets: [], again: [] }
  const places = new Places(present)
  for (const it of kept) {
    if (it.kind === "file") takeAgain(plan, plan.files, it.files.length > 0, it, places)
    else if (it.kind === "secret") takeAgain(plan, plan.secrets, it.filled, it, places)
    else if (it.kind === "tick") takeTick(plan, it, places)
    else takeValues(plan, it, places)
  }
  return plan
}

// The fields of a form, each given away once, those of one name in their order.
class Places {
  #queues = new Map()

  constructor(present) {
    present.forEach((it, at) => {
      const key = keyOf(it)
      if (it.kind !== "hidden") this.#queues.set(key, [...(this.#queues.get(key) ?? []), { ...it, at }])
    })
  }

  take(it) {
    return this.#queues.get(keyOf(it))?.shift() ?? null
  }
}

// Boxes are known by their values too: one more of them moves none of the others. What
// was hidden may be asked openly on the form's first page.
function keyOf({ kind, name, value }) {
  if (kind === "tick") return JSON.stringify([kind, name, value])
  return JSON.stringify([kind === "file" || kind === "secret" ? kind : "value", name])
}

function takeTick(plan, it, places) {
  const place = places.take(it)
  if (place) plan.set.push({ at: place.at, on: it.on })
  else if (it.on) plan.left.push({ label: it.label, text: "chosen" })
}

function takeValues(plan, it, places) {
  const place = places.take(it)
  const values = it.values ?? [it.value]
  const leave = (those) => plan.left.push({ label: it.label, text: those.join(", ") })
  if (place?.kind === "choice") {
    const offered = values.filter((one) => place.offers.includes(one))
    const missing = values.filter((one) => !place.offers.includes(one))
    if (offered.length > 0 || values.length === 0) plan.set.push({ at: place.at, values: offered })
    if (missing.length > 0 && it.kind !== "hidden") leave(missing)
  } else if (place) plan.set.push({ at: place.at, value: values.join(", ") })
  else if (it.kind !== "hidden" && values.some((one) => one.trim())) leave(values)
}

function takeAgain(plan, list, wasGiven, it, places) {
  const place = places.take(it)
  if (!wasGiven || !place) return
  list.push(it.files?.length > 0 ? `${it.label} (${it.files.join(", ")})` : it.label)
  plan.again.push(place.at)
}
