// Forms as plain words, and back.
import { isSecret } from "../models/refill.js"

const NO_FIELD = new Set(["submit", "button", "image", "reset", "fieldset", "output", "object"])
const LABEL_MOST = 80

export const fieldsOf = (form) => [...form.elements].filter((it) => !NO_FIELD.has(it.type) && !it.matches(":disabled"))

// By attribute: a field may be called "action" or "method".
export function actionOf(form) {
  const given = form.getAttribute("action")
  if (!given) return ""
  const url = new URL(given, location.href)
  return url.origin === location.origin ? url.pathname + url.search : null
}

export const isPost = (form) => form.getAttribute("method")?.toLowerCase() === "post"
export const formsLike = (action) => [...document.forms].filter((it) => isPost(it) && actionOf(it) === action)
export const buttonsOf = (form) => [...form.elements].filter((it) => it.type === "submit")
export const wordOf = (button) => (button?.getAttribute("aria-label") ?? button?.textContent ?? "").trim()

export function described(field) {
  const { name, type } = field
  const plain = { name, kind: "text", label: labelOf(field), value: field.value }
  if (isSecret({ type, autocomplete: field.autocomplete }) || field.closest("password-field")) return { ...plain, kind: "secret", value: "", filled: field.value !== "" }
  if (type === "file") return { ...plain, kind: "file", value: "", files: [...field.files].map((it) => it.name) }
  if (type === "checkbox" || type === "radio") return { ...plain, kind: "tick", on: field.checked }
  if (type === "hidden") return { ...plain, kind: "hidden" }
  if (field.options && type.startsWith("select")) {
    return { ...plain, kind: "choice", values: [...field.selectedOptions].map((it) => it.value), offers: [...field.options].map((it) => it.value) }
  }
  return plain
}

// What the field is called on the page, without the hints beside it.
function labelOf(field) {
  const label = field.labels?.[0]
  const words = label?.querySelector("span") ?? label
  const own = [...(words?.childNodes ?? [])].filter((it) => it.nodeName !== "SMALL").map((it) => it.textContent).join("")
  return (own.trim() || field.getAttribute("aria-label") || field.name).slice(0, LABEL_MOST)
}

// As if its owner had done it: what listens hears of it. Where it stands is opened.
export function fill(field, { value, on, values }) {
  const before = stateOf(field)
  if (on !== undefined) field.checked = on
  else if (values) for (const option of field.options) option.selected = values.includes(option.value)
  else field.value = value
  if (stateOf(field) === before) return
  reveal(field)
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }))
}

const stateOf = ({ value, checked, selectedOptions }) => JSON.stringify([value, checked, [...(selectedOptions ?? [])].map((it) => it.value)])

export function reveal(element) {
  for (let at = element.parentElement?.closest("details"); at; at = at.parentElement?.closest("details")) at.open = true
}
