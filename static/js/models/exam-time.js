// What is left of a test, by the server's clock; and what is said on the way. Pure.
export const asClock = (seconds) => {
  const left = Math.max(0, Math.ceil(seconds))
  return [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((it) => String(it).padStart(2, "0")).join(":")
}

// Null: no clock runs. While it is paused, what is left stays.
export function secondsLeft(exam, now) {
  if (!exam?.deadline_at || exam.state === "ended") return null
  return (Date.parse(exam.deadline_at) - (exam.paused_at ? Date.parse(exam.paused_at) : now)) / 1000
}

// What to say once when what is left goes from `before` to `now`; `before` null: the page
// was just opened. Null for nothing.
export function warning(before, now, warnAt = [600, 60]) {
  if (now === null) return null
  const passed = [...warnAt, 0].filter((at) => now <= at && (before === null || before > at))
  const at = Math.min(...passed)
  if (at === 0) return "The time is over. What was saved counts."
  if (!passed.length) return null
  return now > at - 5 ? `${minutes(at)} left.` : `Less than ${minutes(at)} left.`
}

export function tone(seconds, warnAt = [600, 60]) {
  if (seconds === null) return "calm"
  return seconds <= Math.min(...warnAt) ? "bad" : seconds <= Math.max(...warnAt) ? "wait" : "calm"
}

function minutes(seconds) {
  const count = Math.round(seconds / 60)
  return count === 1 ? "1 minute" : `${count} minutes`
}
