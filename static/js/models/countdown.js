// How long until a moment, as people say it; null once it is past.
export function until(atMs, nowMs) {
  const left = Math.ceil((atMs - nowMs) / 1000)
  if (!(left > 0)) return null
  const days = Math.floor(left / 86_400)
  const hours = Math.floor(left / 3600) % 24
  const minutes = Math.floor(left / 60) % 60
  if (days > 0) return `${days} ${days === 1 ? "day" : "days"} ${hours} h`
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} min`
  return minutes > 0 ? `${minutes} min ${String(left % 60).padStart(2, "0")} s` : `${left} s`
}
