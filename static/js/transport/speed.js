// How fast the line to our own server is, in Mbit/s; null when it cannot be told.
const PATH = "/api/checks/speed"
const UP_BYTES = 512 * 1024
const PATIENCE_MS = 20_000

const mbit = (bytes, seconds) => Math.min(10_000, (bytes * 8) / 1e6 / Math.max(seconds, 1e-4))

export async function speedDown() {
  try {
    const response = await fetch(PATH, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok) return null
    const began = performance.now()
    let bytes = 0
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.length
    }
    return mbit(bytes, (performance.now() - began) / 1000)
  } catch {
    return null
  }
}

export async function speedUp() {
  const csrf = document.querySelector("meta[name=csrf-token]").content
  const noise = new Uint8Array(UP_BYTES)
  for (let at = 0; at < UP_BYTES; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536))
  const began = performance.now()
  try {
    const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream", Accept: "application/json" }
    const response = await fetch(PATH, { method: "POST", headers, body: noise, signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok) return null
    // What the server saw arrive, or the whole round trip: the slower one, to be sure.
    const { bytes, seconds } = await response.json()
    return mbit(bytes, Math.max(seconds, (performance.now() - began) / 2000))
  } catch {
    return null
  }
}
