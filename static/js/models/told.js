// What a test's browser told, for who watches: counts and times in words, never a verdict.
export const TOLD = {
  left_full_screen: "left full screen", back_in_full_screen: "back in full screen", hidden: "another window in front", visible: "the test in front again",
  copied: "copied", pasted: "pasted", second_display: "a second display", opened_elsewhere: "opened on another device", printed: "printed",
}
const AS_IT_SHOULD_BE = new Set(["back_in_full_screen", "visible"])
const RECENT_MS = 5 * 60_000
const MANY = 5

const often = (times) => (times === 1 ? "once" : `${times} times`)
const upper = (text) => text[0].toUpperCase() + text.slice(1)
export const toldWords = (kind, times) => upper(`${TOLD[kind] ?? kind.replaceAll("_", " ")}${times ? ` ${often(times)}` : ""}`)

// Every kind there was, with how often: "Left full screen 3 times".
export const toldSentences = (told) => Object.keys(TOLD).filter((kind) => told?.times[kind]).map((kind) => toldWords(kind, told.times[kind]))

// A calm sign where something was told just now, or much: what came last, and how much else.
export function toldSign(told, now) {
  if (!told) return ""
  const of = Object.entries(told.times).filter(([kind]) => !AS_IT_SHOULD_BE.has(kind))
  const all = of.reduce((sum, [, times]) => sum + times, 0)
  const newest = told.last.find(({ kind }) => !AS_IT_SHOULD_BE.has(kind))
  const recent = newest && now - Date.parse(newest.at) < RECENT_MS
  if (!all || (!recent && all < MANY)) return ""
  const [kind, times] = of.find(([it]) => recent && it === newest.kind) ?? of.sort((a, b) => b[1] - a[1])[0]
  return toldWords(kind, times) + (all > times ? `, ${all - times} more` : "")
}

// The clock of a test on its row; it runs on while the test does.
export function testClock({ state, left_s }, sinceMs) {
  if (state === "running") return { left: Math.max(0, left_s - sinceMs / 1000), words: "left of the test" }
  return { left: left_s, words: state === "paused" ? "left: the clock stands" : "for the test, not begun" }
}
