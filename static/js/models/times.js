// A moment as people say it: the time alone for today, the day with it otherwise.
export function inWords(at, now, locale = undefined) {
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(at)
  if (at.toDateString() === now.toDateString()) return time
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(at)
  return `${day}, ${time}`
}
