// Single keys act only where nobody types, and never with a modifier.
const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"])

export function isTyping({ tagName, type } = {}) {
  return TYPING.has(tagName) && type !== "radio" && type !== "checkbox"
}

// What a key means on a page of one case: {choose}, {go}, or a word; null for nothing.
export function meaning({ key, ctrlKey, metaKey, altKey }, target) {
  if ((ctrlKey || metaKey) && key === "Enter") return "decide"
  if (ctrlKey || metaKey || altKey || isTyping(target)) return null
  if (/^[1-5]$/.test(key)) return { choose: key }
  return { j: { go: "after" }, k: { go: "before" }, e: "enlarge", r: "reason" }[key] ?? null
}

// The next place in a list, without falling off its ends.
export function move(at, by, length) {
  return Math.min(Math.max(at + by, 0), length - 1)
}
