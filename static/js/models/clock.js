// What the page shows between two states: provisional time runs on only while the
// server says it counts, and never further than the server could have left it.
const RUN_ON_MOST_S = 20

export function shownHours(hours, { counting, sinceMs }) {
  const runOn = counting ? Math.min(sinceMs / 1000, RUN_ON_MOST_S) : 0
  return { confirmed_s: hours.confirmed_s, provisional_s: hours.provisional_s + Math.max(0, runOn) }
}

export function asClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const pad = (number) => String(number).padStart(2, "0")
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`
}

export function shares({ required_s, confirmed_s, provisional_s }) {
  const percent = (seconds) => Math.min(100, (100 * seconds) / required_s)
  const done = percent(confirmed_s)
  return { done, maybe: Math.min(100 - done, percent(provisional_s)) }
}

export function ago(iso, now) {
  if (!iso) return ""
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  return `${Math.floor(seconds / 3600)} h ago`
}
