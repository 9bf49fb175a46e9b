import { isTyping } from "./keys.js"

// What a key means while a test is sat: {choose} (an option from 0), {go}, or a word.
export function meaning({ key, ctrlKey, metaKey, altKey, repeat }, target) {
  if (ctrlKey || metaKey || altKey || isTyping(target)) return null
  if (/^[1-9]$/.test(key)) return repeat ? null : { choose: Number(key) - 1 }
  const low = key.toLowerCase()
  if (low === "n") return { go: 1 }
  if (low === "p") return { go: -1 }
  return repeat ? null : ({ f: "flag", g: "overview", h: "hand-in" }[low] ?? null)
}

// The answer once option `number` is chosen, by key or by press. Undefined: no such option.
export function chosen({ kind, options }, answer, number) {
  if (kind === "numeric" || number >= options.length) return undefined
  if (kind === "single") return number
  const before = new Set(answer ?? [])
  if (!before.delete(number)) before.add(number)
  return [...before].sort((a, b) => a - b)
}
