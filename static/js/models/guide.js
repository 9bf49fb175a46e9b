// What a guided capture says: where to look, and what was wrong with the last try.
const WORDS = {
  front: ["Look straight ahead", "Into the camera, with light on your face."],
  left: ["Turn your head a little to your left", "Slowly, hold it for two seconds, then look ahead again."],
  right: ["Turn your head a little to your right", "Slowly, hold it for two seconds, then look ahead again."],
  up: ["Raise your chin a little", "Slowly, hold it for two seconds, then look ahead again."],
}

const TROUBLE = {
  dark: "That was too dark: turn a lamp on or face the window.",
  blurred: "That was blurred: hold still for a moment.",
  small: "You are too far away: come a little closer.",
  turned: "That was turned too far: a little is enough.",
  not_as_asked: "We did not see your head turn that way. Again, a little further.",
  no_face: "We could not see your face.",
  several_faces: "There was somebody else in the picture.",
}
const UNCLEAR = "That one was not clear. Again, with light on your face."

// `guide` as the server tells it: ask, looking, taken, trouble (or null).
export function guideWords({ ask, trouble }) {
  const [title, hint] = WORDS[ask]
  return { title, hint: trouble && trouble !== "system_unavailable" ? TROUBLE[trouble] ?? UNCLEAR : hint }
}

// Each side with whether it is done, asked for just now, or still to come.
export function guideSteps({ ask, taken }) {
  return Object.keys(WORDS).map((side) => [side, taken.includes(side) ? "done" : side === ask ? "now" : "next"])
}
