// A moment as people say it: the time alone for today, the day with it otherwise; to the
// second where what happened lies close together.
export function inWords(at, now, locale = undefined, { exact = false } = {}) {
  const seconds = exact ? { second: "2-digit" } : {}
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...seconds }).format(at)
  if (at.toDateString() === now.toDateString()) return time
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(at)
  return `${day}, ${time}`
}
