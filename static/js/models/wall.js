// The wall's words, filters and orders.
const STATES = {
  running: ["good", "Running"],
  checking_in: ["wait", "Checking in"],
}
const REASONS = {
  student: ["calm", "Paused by student"], inactive: ["calm", "Paused: nothing moved"], proctor: ["wait", "Paused by proctor"], away: ["calm", "Away"],
  needs_person: ["bad", "Waits for you"], no_video: ["wait", "No video"], mismatch: ["bad", "Not recognised"],
  no_face: ["bad", "Nobody there"], several_faces: ["bad", "Several faces"], spoof: ["bad", "Not live"], not_as_asked: ["bad", "Head not turned"],
  dark: ["wait", "Too dark"], blurred: ["wait", "Blurred"], small: ["wait", "Too far away"], turned: ["wait", "Turned away"],
}
const VERDICTS = {
  match: "Recognised", held: "Waits for a person", mismatch: "Not recognised", no_face: "Nobody there", several_faces: "Several faces", spoof: "Not live",
  not_as_asked: "Head not turned as asked", same_clip: "Same picture as another's", dark: "Too dark", blurred: "Blurred", small: "Too far away", turned: "Turned away", no_video: "No video",
  system_unavailable: "We could not check",
}
const RISING = ["low", "raised", "high"]
export const RISKS = { low: ["calm", "Low risk"], raised: ["wait", "Raised risk"], high: ["bad", "High risk"] }

export const stateWords = ({ state, reason }) => STATES[state] ?? REASONS[reason] ?? ["wait", "Paused"]
export const verdictWords = (verdict) => VERDICTS[verdict] ?? "Not looked at yet"

export function actsFor({ state, reason }) {
  const paused = state === "paused"
  return { check: true, pause: !(paused && reason === "proctor"), resume: paused, end: true }
}

// `wanted`: {q, kind, state, module, risk, sort}; what is empty does not matter.
export function filtered(sittings, wanted) {
  const words = (wanted.q ?? "").trim().toLowerCase().split(/\s+/).filter(Boolean)
  return sittings.filter((it) => words.every((word) => `${it.name} ${it.srn}`.toLowerCase().includes(word))
    && (!wanted.state || (wanted.state === "needs" ? it.need >= 2 : it.state === wanted.state))
    && (!wanted.kind || it.kind === wanted.kind)
    && (!wanted.module || it.module === wanted.module)
    && (!wanted.risk || RISING.indexOf(it.risk) >= RISING.indexOf(wanted.risk)))
}

const byName = (a, b) => a.name.localeCompare(b.name) || a.srn.localeCompare(b.srn)
const ORDERS = {
  need: null, // as the server sends them
  name: byName,
  time: (a, b) => (a.opened_at < b.opened_at ? -1 : Number(a.opened_at > b.opened_at)) || byName(a, b),
}

export function sorted(sittings, by) {
  return ORDERS[by] ? [...sittings].sort(ORDERS[by]) : sittings
}

// While somebody points at a row, rows keep their places: new ones go to the end.
export function held(sittings, order) {
  const place = new Map(order.map((id, index) => [id, index]))
  const at = ({ id }) => place.get(id) ?? order.length
  return [...sittings].sort((a, b) => at(a) - at(b))
}

// The strip: a list of {name, figure, alert, words}; `words` say what a fault means.
export function strip({ counts, media }) {
  const late = counts.overdue_s > counts.late_after_s
  return [
    { name: "Running", figure: counts.running },
    { name: "Checking in", figure: counts.checking_in },
    { name: "Paused", figure: counts.paused },
    { name: "Waiting for review", figure: counts.to_review, alert: counts.to_review > 0 },
    { name: "Looks, last hour", figure: counts.looks, ...outcome(counts) },
    media === null
      ? { name: "Media nodes", figure: "?", alert: true, words: "Nobody can tell: Redis is away" }
      : { name: "Media nodes", figure: media.nodes, alert: media.nodes === 0, words: media.nodes ? `${media.streams} of ${media.capacity} streams` : "No camera can connect" },
    { name: "Worker lag", figure: waited(counts.overdue_s), alert: late, words: late ? LATE : "Looks come in time" },
  ]
}

const LATE = "Faces are checked late or not at all. No student loses time for it: it stays provisional. Tell an admin to see whether sampler and face matcher run."
const waited = (seconds) => (seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`)

// What became of the last hour's looks, ours to answer for included; above a tenth of those it is a fault to mend.
function outcome({ looks, passed, unavailable }) {
  if (!looks) return { words: "none yet" }
  const share = (some) => (some && some * 200 < looks ? "under 1 %" : `${Math.round((100 * some) / looks)} %`)
  const alert = unavailable * 10 > looks
  const ours = unavailable ? `, ${share(unavailable)} we could not check` : ""
  return { alert, words: `${share(passed)} passed${ours}${alert ? ": our fault, tell an admin" : ""}` }
}

// Incidents that were not there before, for the tone and the title.
export function fresh(sittings, known) {
  return sittings.filter(({ incident }) => incident && !known.has(incident.id)).map(({ incident }) => incident.id)
}
