// What is said of a form that is filled in again. `proved`: whether the server believes
// by now that it is you; who went back without it is told nothing of the kind.

export function refillWords(plan, { proved, button, isTooLong = false }) {
  const begin = proved ? "It is you. " : ""
  if (isTooLong) return [`${begin}What you had filled in was too long to keep. Please fill it in again.`]
  const given = plan.set.length + plan.left.length
  const more = [
    plan.files.length > 0 && `Files cannot be kept. Choose again: ${plan.files.join("; ")}.`,
    plan.secrets.length > 0 && `Secrets are never kept. Type again: ${plan.secrets.join("; ")}.`,
    plan.left.length > 0 && "What the form has no place for now stands here:",
  ].filter(Boolean)
  if (given > 0) return [`${begin}What you had filled in is here again: look over it and send it.`, ...more]
  if (more.length > 0) return [`${begin}Nothing was sent yet.`, ...more]
  return [`${begin}Nothing was done yet: press “${button}” once more.`]
}

// While the proof is asked; nothing where nothing was filled in.
export function waitWords({ fields, isTooLong = false }) {
  if (isTooLong || !fields.some(({ kind }) => ["text", "tick", "choice"].includes(kind))) return []
  return ["What you filled in is kept. You find it in the form again after this."]
}

// The form's page came, and the form is not on it any more.
export function goneWords({ proved, left }) {
  return [`${proved ? "It is you. " : ""}The form is not on this page any more, and nothing was sent.${left.length > 0 ? " This is what you had filled in:" : ""}`]
}

// Another page came instead.
export function offerWords() {
  return ["Nothing was sent yet. What you had filled in is kept until you go on to another page.", "Back to it"]
}
