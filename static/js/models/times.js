// A moment as people say it: the time alone for today, the day with it otherwise; to the
// second where what happened lies close together. `zone`: of the reader's account, as in
// letters and lists; else that of the browser.
export function inWords(at, now, locale = undefined, { exact = false, zone = undefined } = {}) {
  const form = (parts) => new Intl.DateTimeFormat(locale, { ...parts, timeZone: known(zone) })
  const seconds = exact ? { second: "2-digit" } : {}
  const time = form({ hour: "2-digit", minute: "2-digit", ...seconds }).format(at)
  const day = form({ day: "numeric", month: "short", year: "numeric" })
  return day.format(at) === day.format(now) ? time : `${day.format(at)}, ${time}`
}

// An older browser may lack the newest name of a zone.
function known(zone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone || undefined }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
