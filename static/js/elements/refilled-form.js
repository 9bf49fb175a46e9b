// A form that is filled in again after a proof that it is you; never sent by itself.
import { arrange, placeOf } from "../models/refill.js"
import { goneWords, offerWords, refillWords, waitWords } from "../models/refill-words.js"
import { buttonsOf, described, fieldsOf, fill, formsLike, reveal, wordOf } from "../transport/forms.js"
import { arrived } from "../transport/refilling.js"

const ID = "filled-again"

// After the scripts of all elements, which make fields of their own.
export const refillForms = () => document.addEventListener("DOMContentLoaded", arrive, { once: true })

function arrive() {
  const { step, kept } = arrived()
  if (step === "wait") wait(kept)
  if (step === "offer") offer(kept)
  if (step === "restore") restore(kept)
}

function wait(kept) {
  const words = waitWords(kept)
  if (words.length > 0) document.querySelector("[data-back] .lead")?.after(notice(words))
}

function offer({ page }) {
  const [words, way] = offerWords()
  const told = notice([words])
  told.append(make("a", { href: page, className: "button", textContent: way }))
  document.querySelector("main").prepend(told)
}

function restore(kept) {
  const forms = formsLike(kept.action)
  const form = forms[placeOf(kept, forms.map((it) => fieldsOf(it).map(described)))]
  const proved = "proved" in document.documentElement.dataset
  const fields = form ? fieldsOf(form) : []
  const plan = arrange(kept.fields, fields.map(described))
  if (!form) return document.querySelector("main").prepend(notice(goneWords({ proved, left: plan.left }), plan.left))
  for (const it of plan.set) fill(fields[it.at], it)
  const button = buttonLike(form, kept.button)
  const told = notice(refillWords(plan, { proved, button: wordOf(button), isTooLong: kept.isTooLong }), plan.left)
  place(told, form, button)
  focusOn(fields[plan.again[0]] ?? button, told)
}

function buttonLike(form, { name, value }) {
  const all = buttonsOf(form)
  return all.find((it) => it.name === name && it.value === value) ?? all.find((it) => it.matches(".primary")) ?? all[0]
}

// Where its owner looks next: right before the button; a row of a table has no room.
function place(told, form, button) {
  const row = button?.closest(".acts, .actions")
  const table = form.closest(".table-frame")
  if (table) table.before(told)
  else if (!button) form.append(told)
  else if (row && form.contains(row)) row.before(told)
  else button.before(told)
}

function focusOn(element, told) {
  if (!element) return
  reveal(element)
  element.setAttribute("aria-describedby", `${element.getAttribute("aria-describedby") ?? ""} ${told.id}`.trim())
  element.focus()
}

function notice(sentences, left = []) {
  const told = make("div", { className: "notice again", id: ID })
  told.setAttribute("role", "status")
  told.dataset.testid = ID
  told.append(...sentences.map((textContent) => make("p", { textContent })))
  if (left.length > 0) told.append(make("ul", {}))
  for (const { label, text } of left) told.lastChild.append(make("li", { textContent: `${label}: ${text}` }))
  return told
}

const make = (name, given) => Object.assign(document.createElement(name), given)
