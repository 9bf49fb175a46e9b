// The wall's words, filter and order of rows.
const STATES = {
  running: ["good", "Running"],
  checking_in: ["wait", "Checking in"],
}
const REASONS = {
  student: ["calm", "Paused by student"], proctor: ["wait", "Paused by proctor"], away: ["calm", "Away"],
  needs_person: ["bad", "Waits for you"], no_video: ["wait", "No video"], mismatch: ["bad", "Not recognised"],
  no_face: ["bad", "Nobody there"], several_faces: ["bad", "Several faces"], spoof: ["bad", "Not live"],
  dark: ["wait", "Too dark"], blurred: ["wait", "Blurred"], small: ["wait", "Too far away"], turned: ["wait", "Turned away"],
}
const VERDICTS = {
  match: "Recognised", held: "Waits for a person", mismatch: "Not recognised", no_face: "Nobody there", several_faces: "Several faces", spoof: "Not live",
  dark: "Too dark", blurred: "Blurred", small: "Too far away", turned: "Turned away", no_video: "No video",
  system_unavailable: "We could not check",
}

export const stateWords = ({ state, reason }) => STATES[state] ?? REASONS[reason] ?? ["wait", "Paused"]
export const verdictWords = (verdict) => VERDICTS[verdict] ?? "Not looked at yet"

export function actsFor({ state, reason }) {
  const paused = state === "paused"
  return { check: true, pause: !(paused && reason === "proctor"), resume: paused, end: true }
}

export function filtered(sittings, query) {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return sittings.filter(({ name, srn }) => words.every((word) => `${name} ${srn}`.toLowerCase().includes(word)))
}
