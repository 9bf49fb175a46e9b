import { toldWords } from "./told.js"
import { verdictWords } from "./wall.js"

const SIGNS = {
  frozen: "The face did not move at all", repeated_clip: "Moments came again to the pixel", same_clip: "Another camera showed the same picture",
  lifeless: "The liveness model was in doubt", virtual_camera: "The camera's name is a program's", broken: "The face was lost from sight and came back",
}
const ACTS = {
  "sitting.check": "Check now", "sitting.pause": "Paused", "sitting.resume": "Let go on", "sitting.end": "Ended", "sitting.message": "Wrote to the student", "sitting.rate": "Changed the rate", "sitting.view": "Looked live",
}
const plain = (word) => (word ?? "").replaceAll("_", " ")

// A line of a sitting's timeline in words, with its tone.
export function lineWords({ what, word, detail }) {
  if (what === "look") return [word === "match" ? "good" : "bad", `Look (${plain(detail)}): ${verdictWords(word).toLowerCase()}`]
  if (what === "runs") return ["good", "Time runs"]
  if (what === "stops") return ["calm", `Time stops: ${plain(word)}${detail ? `, ${plain(detail)}` : ""}`]
  if (what === "sign") return ["wait", `${SIGNS[word] ?? plain(word)} (${detail}×)`]
  if (what === "event") return ["calm", `The browser told: ${toldWords(word).toLowerCase()}`]
  if (what === "message") return ["calm", `Message, ${detail}: “${word}”`]
  return ["wait", `${ACTS[word] ?? plain(word)}, ${detail}`]
}
