// What is filled into a form stays in this tab until the next page: that may be one that
// asks for a proof that it is still you.
import { keeping, nextStep } from "../models/refill.js"
import { actionOf, buttonsOf, described, fieldsOf, formsLike, isPost, wordOf } from "./forms.js"

const NAME = "refill"
const LOG_OUT = "/logout"

// Last of all who listen: what a script sends by itself leads to no other page.
export const keepForms = () => window.addEventListener("submit", keep)

function keep({ target: form, submitter, defaultPrevented }) {
  const { srn, path, back } = thisPage()
  const action = actionOf(form)
  if (action === LOG_OUT) return store(null)
  if (defaultPrevented || !isPost(form) || back !== null) return
  if (action === null || !srn) return store(null)
  const button = { name: submitter?.name ?? "", value: submitter?.value ?? "", word: wordOf(submitter ?? buttonsOf(form)[0]) }
  const about = { srn, path, page: location.pathname + location.search, action, nth: formsLike(action).indexOf(form), button }
  store(keeping(about, fieldsOf(form).map(described)))
}

// What is kept and what this page does with it, done with the keeping: {step, kept}.
export function arrived() {
  const kept = stored()
  if (kept === null) return { step: "drop" }
  const hasForm = kept.action !== "" && formsLike(kept.action).length > 0
  const step = nextStep(kept, { ...thisPage(), hasForm })
  const state = { wait: "asked", offer: "offered" }[step]
  store(state ? { ...kept, state } : null)
  return { step, kept }
}

function thisPage() {
  const back = document.querySelector("[data-back]")?.dataset.back
  return {
    srn: document.documentElement.dataset.srn ?? "",
    path: location.pathname,
    back: back === undefined ? null : new URL(back, location.href).pathname,
    isFault: document.querySelector("[data-part=fault]") !== null,
  }
}

function store(kept) {
  try {
    if (kept === null) sessionStorage.removeItem(NAME)
    else sessionStorage.setItem(NAME, JSON.stringify(kept))
  } catch {
    // Full or forbidden: nothing is kept, and nothing of an older form either.
    if (kept !== null) store(null)
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME))
  } catch {
    return null
  }
}
