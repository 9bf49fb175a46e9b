// The lines of a device check as the page shows them.
export const CODES = ["computer", "camera", "light", "face", "match", "enrol", "cores", "memory", "speed_down", "speed_up", "path", "browser", "clock"]

const WORDS = { pass: "fine", warning: "look at this", fail: "not yet", waiting: "waiting", checking: "checking…", untried: "not tried" }

export function wordOf(result) {
  return WORDS[result] ?? result
}

export function summary(lines, result) {
  const failed = lines.filter((line) => line.result === "fail").length
  const warned = lines.filter((line) => line.result === "warning").length
  if (failed > 0) return `${failed} ${failed === 1 ? "point" : "points"} to mend. Below is how; then check again.`
  if (result === "warning") return `You can study. ${warned} ${warned === 1 ? "point deserves" : "points deserve"} a look.`
  return "All is well. You can study on this computer."
}

// At the end: a point that another one kept from being tried is not waiting any more.
export function untried(lines) {
  return CODES.filter((code) => !lines.some((line) => line.code === code))
}

// What a line shows while the page waits for the picture to get better.
export function whileWaiting(line, awaiting) {
  const ofPicture = ["light", "face", "match", "enrol"].includes(line.code)
  const open = line.result === "fail" || line.code === "enrol"
  return awaiting && ofPicture && open ? { ...line, result: "checking", detail: "" } : line
}
