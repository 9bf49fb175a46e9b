// Which questions are answered and marked, and that in words. Pure.
export const isAnswered = (answer) => answer !== null && answer !== undefined && answer !== "" && !(Array.isArray(answer) && answer.length === 0)

// One for each question, in order.
export function cells(questions, sheet, current) {
  return questions.map(({ place }) => {
    const answered = isAnswered(sheet.answerOf(place)) && !sheet.problems.has(place)
    const flagged = sheet.isFlagged(place)
    const words = [`Question ${place}`, answered ? "answered" : "not answered", ...(flagged ? ["marked for review"] : [])]
    return { place, answered, flagged, current: place === current, words: words.join(", ") }
  })
}

export function inWords(found) {
  return `${found.filter(({ answered }) => answered).length} of ${found.length} answered`
}

// What is said before a test is handed in.
export function handInWords(found, waiting) {
  const open = found.filter(({ answered }) => !answered).map(({ place }) => place)
  const flagged = found.filter((it) => it.flagged).map(({ place }) => place)
  return [
    open.length ? `${named(open)} ${open.length === 1 ? "is" : "are"} not answered.` : "All questions are answered.",
    ...(flagged.length ? [`${named(flagged)} ${flagged.length === 1 ? "is" : "are"} marked for review.`] : []),
    ...(waiting ? [`${waiting} ${waiting === 1 ? "answer is" : "answers are"} not saved yet: they are sent first.`] : []),
  ]
}

// The line that says whether anything could still be lost.
export function savedWords({ waiting, marks = 0, saving, offline, trouble = "" }) {
  const count = waiting || marks
  const what = waiting ? (count === 1 ? "answer" : "answers") : count === 1 ? "mark" : "marks"
  if (offline && count) return { tone: "wait", words: `Offline: ${count} ${what} ${count === 1 ? "waits" : "wait"} on this device` }
  if (offline) return { tone: "wait", words: "Offline: all answers so far are saved" }
  if (trouble && count) return { tone: "bad", words: `Not saved yet: ${trouble}` }
  if (saving || count) return { tone: "calm", words: "Saving…" }
  return { tone: "good", words: "All answers saved" }
}

function named(places) {
  if (places.length === 1) return `Question ${places[0]}`
  if (places.length > 8) return `${places.length} questions`
  return `Questions ${places.slice(0, -1).join(", ")} and ${places.at(-1)}`
}
