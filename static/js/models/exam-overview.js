// Which questions are answered and marked, and that in words. Pure.
export const isAnswered = (answer) => answer !== null && answer !== undefined && answer !== "" && !(Array.isArray(answer) && answer.length === 0)

// One for each question, in order.
export function cells(questions, sheet, current) {
  return questions.map(({ place }) => {
    const refused = sheet.problems.has(place)
    const answered = isAnswered(refused ? sheet.countsOf(place) : sheet.answerOf(place))
    const flagged = sheet.isFlagged(place)
    const words = [`Question ${place}`, answered ? "answered" : "not answered", ...(refused ? ["last change not saved"] : []), ...(flagged ? ["marked for review"] : [])]
    return { place, answered, refused, flagged, current: place === current, words: words.join(", ") }
  })
}

export function inWords(found) {
  return `${found.filter(({ answered }) => answered).length} of ${found.length} answered`
}

// What the server took a number for, where that is not what was typed; and what counts
// while a change could not be saved.
export function readWords(typed, counts, problem) {
  if (problem) return isAnswered(counts) ? `Not saved: ${problem} Your answer before counts: ${counts}.` : `Not saved: ${problem}`
  return typeof counts === "string" && typeof typed === "string" && typed.trim() !== counts ? `Read as ${counts}.` : ""
}

// What is said before a test is handed in.
export function handInWords(found, waiting) {
  const open = found.filter(({ answered }) => !answered).map(({ place }) => place)
  const refused = found.filter((it) => it.refused).map(({ place }) => place)
  const flagged = found.filter((it) => it.flagged).map(({ place }) => place)
  return [
    open.length ? `${named(open)} ${open.length === 1 ? "is" : "are"} not answered.` : "All questions are answered.",
    ...(refused.length ? [`The last change of ${named(refused)} could not be saved: what was saved before counts.`] : []),
    ...(flagged.length ? [`${named(flagged)} ${flagged.length === 1 ? "is" : "are"} marked for review.`] : []),
    ...(waiting ? [`${waiting} ${waiting === 1 ? "answer is" : "answers are"} not saved yet: they are sent first.`] : []),
  ]
}

// The line that says whether anything could still be lost.
export function savedWords({ waiting, marks = 0, saving, offline, trouble = "", refused = 0 }) {
  const count = waiting || marks
  const what = waiting ? (count === 1 ? "answer" : "answers") : count === 1 ? "mark" : "marks"
  if (offline && count) return { tone: "wait", words: `Offline: ${count} ${what} ${count === 1 ? "waits" : "wait"} on this device` }
  if (offline) return { tone: "wait", words: "Offline: all answers so far are saved" }
  if (trouble && count) return { tone: "bad", words: `Not saved yet: ${trouble}` }
  if (saving || count) return { tone: "calm", words: "Saving…" }
  if (refused) return { tone: "bad", words: `${refused} ${refused === 1 ? "answer" : "answers"} not saved: look at the overview` }
  return { tone: "good", words: "All answers saved" }
}

function named(places) {
  if (places.length === 1) return `Question ${places[0]}`
  if (places.length > 8) return `${places.length} questions`
  return `Questions ${places.slice(0, -1).join(", ")} and ${places.at(-1)}`
}
