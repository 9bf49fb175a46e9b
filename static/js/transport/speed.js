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
  const noise = new Uint8Array(UP_BYTES)
  for (let at = 0; at < UP_BYTES; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536))
  try {
    const empty = await send(new Uint8Array(0))
    const full = await send(noise)
    // A proxy that collects the body first makes the server's own time nothing: then it is
    // the round trip less that of an empty one.
    return mbit(full.bytes, Math.max(full.seconds, full.around - empty.around))
  } catch {
    return null
  }
}

// {bytes, seconds} as the server saw them, and `around`: the seconds there and back.
async function send(body) {
  const csrf = document.querySelector("meta[name=csrf-token]").content
  const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream", Accept: "application/json" }
  const began = performance.now()
  const response = await fetch(PATH, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`not measured: ${response.status}`)
  return { ...(await response.json()), around: (performance.now() - began) / 1000 }
}
