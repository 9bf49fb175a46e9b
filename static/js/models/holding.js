// How long a seat is still held, as a clock shows it, and what is said on the way.
const MILESTONES = [
  [300, "5 minutes left."],
  [120, "2 minutes left."],
  [60, "1 minute left."],
  [0, "The time is over."],
]

export function secondsLeft(untilMs, nowMs) {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
}

// "9:05"; from an hour on "1 h 58 min".
export function asCountdown(seconds) {
  if (seconds >= 3600) {
    const minutes = Math.floor(seconds / 60) % 60
    return `${Math.floor(seconds / 3600)} h ${String(minutes).padStart(2, "0")} min`
  }
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

// What to say when time goes on from `before` to `now` seconds left: the latest of the
// milestones passed, each once; null for none.
export function said(before, now) {
  const passed = MILESTONES.filter(([at]) => before > at && now <= at)
  return passed.length > 0 ? passed.at(-1)[1] : null
}

export function tone(seconds) {
  return seconds <= 60 ? "bad" : seconds <= 120 ? "wait" : "calm"
}
