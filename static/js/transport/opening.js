import { post, Refused, unlessRefused } from "./api.js"

// Opens a test, with the number of its admit card where one was typed. `close` turns the
// camera off: a card is not shown in a moment.
export async function openTest(wanted, card, close) {
  const typed = card.take()
  try {
    const opened = await post("/api/exams", { ...wanted, ...typed })
    card.opened()
    return opened
  } catch (error) {
    if (card.refused(unlessRefused(error), typed)) close()
    throw error
  }
}

// The test goes on, and its camera is asked for again.
export function noNode() {
  throw new Refused({ code: "no_media_node", detail: "The camera service is out of reach." })
}
