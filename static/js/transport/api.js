// Calls to our own server. A refusal is thrown with the code and words of its problem body.
export class Refused extends Error {
  // What has no code is a fault: of the server's, or of whatever stands before it while
  // it starts anew. That passes; what the page itself did wrong does not.
  constructor(problem, status = 400) {
    super(problem.detail)
    Object.assign(this, { code: problem.code ?? (status >= 500 ? "server_fault" : "failed"), detail: problem.detail ?? "Please try again.", problem })
  }
}

// For what may be refused: gives the refusal, and throws what is a mistake of ours.
export function unlessRefused(error) {
  if (!(error instanceof Refused)) throw error
  return error
}

const PATIENCE_MS = 10_000

export async function post(path, body = undefined, { signal, keepalive = false } = {}) {
  const csrf = document.querySelector("meta[name=csrf-token]").content
  const limit = AbortSignal.timeout(PATIENCE_MS)
  let response
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json", Accept: "application/json" },
      keepalive,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refused({ code: "offline", detail: "The connection to the server is lost." })
  }
  const coming = path.startsWith("/api/login/")
  if (response.status === 401 && !coming) location.assign("/login")
  if (!response.ok) throw new Refused(await response.json().catch(() => ({})), response.status)
  return response.status === 204 ? null : response.json()
}

export async function get(path) {
  let response
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch {
    throw new Refused({ code: "offline", detail: "The connection to the server is lost." })
  }
  if (!response.ok) throw new Refused(await response.json().catch(() => ({})), response.status)
  return response.json()
}
