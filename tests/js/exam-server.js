// A browser and a server, as far as opening a test and answering need them. Of what stands
// in `server.lose` requests arrive and their answers do not; of `server.down` neither.
const kept = new Map()
let tests = 0

export const server = {
  begin() {
    kept.clear()
    Object.assign(this, { exam: `e${++tests}`, state: "running", epoch: 0, by: null, on: null, since: 1, answers: new Map(), lose: new Set(), down: new Set(), hold: null })
  },
  open({ page, device }) {
    this.epoch++
    if (!device || device !== this.on) this.since = this.epoch
    Object.assign(this, { by: page ?? null, on: device ?? null })
  },
  // Another device has opened it, and answered place 1.
  openElsewhere(answer, turn = 1) {
    this.open({ page: "theirs", device: "their device" })
    if (answer !== undefined) this.answers.set(1, { turn, answer })
  },
  told() {
    return { exam: this.exam, state: this.state, epoch: this.epoch, opened_by: this.by, opened_since: this.since, now: new Date().toISOString(), deadline_at: new Date(Date.now() + 1e6).toISOString() }
  },
  paper() {
    const { turn, answer } = this.answers.get(1) ?? { turn: 0, answer: null }
    return this.state === "running" ? [{ place: 1, turn, answer, flagged: false, kind: "single", text: "", options: [] }] : []
  },
  save({ epoch, answers }) {
    if (epoch !== this.epoch) return null
    const isStale = ({ turn }) => turn <= (this.answers.get(1)?.turn ?? 0)
    const refused = answers.filter(isStale).map((it) => ({ ...it, code: "stale_answer", newest: this.answers.get(1).turn }))
    const saved = answers.filter((it) => !isStale(it))
    for (const it of saved) this.answers.set(1, it)
    return { saved, refused }
  },
}

globalThis.document = Object.assign(new EventTarget(), { querySelector: (what) => (what.startsWith("meta") ? { content: "token" } : null), visibilityState: "visible" })
globalThis.screen = {}
globalThis.location = { origin: "http://x", protocol: "http:", host: "x", assign() {} }
globalThis.WebSocket = class extends EventTarget { readyState = 1; send() {} close() {} }
globalThis.addEventListener ??= () => {}
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true })
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
globalThis.fetch = async (path, { body } = {}) => {
  const what = { "/api/exams": "open", [`/api/exams/${server.exam}`]: "paper" }[path] ?? "answers"
  if (server.down.has(what)) throw new TypeError("network")
  const given = body ? JSON.parse(body) : {}
  const answer = {
    open: () => (server.open(given), { exam: server.told(), stream: null }),
    paper: () => ({ ...server.told(), next_event: 1, questions: server.paper() }),
    answers: () => server.save(given),
  }[what]()
  await server.hold
  if (server.lose.has(what)) throw new TypeError("network")
  return answer ? { ok: true, status: 200, json: async () => answer } : { ok: false, status: 409, json: async () => ({ code: "opened_elsewhere", detail: "" }) }
}
