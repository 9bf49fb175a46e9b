// The same page again, as it is now: one part of it, to put in the place of the old one.
const PATIENCE_MS = 10_000

export async function fresh(selector, signal) {
  const limit = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch(location.href, {
    headers: { Accept: "text/html" },
    signal: AbortSignal.any([signal, limit]),
  })
  if (!response.ok || response.redirected) return null
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const part = page.querySelector(selector)
  return part ? document.importNode(part, true) : null
}
