import { post } from "./api.js"

const TRIES = 5
const MOMENT_MS = 400
const SHEET = new Set(["answers", "flag"])

// Sends to the test that is open on this page. `state()` gives its exam and epoch; where it
// was opened since, the refusal goes to `overtaken(epoch)`. That says true when it was our
// own opening (the camera came back): then it is sent again, under the new epoch; but not
// what is of a `sheet()` that was taken up anew meanwhile, as others may have answered.
export async function write(what, body, options, { state, sheet, overtaken }) {
  const before = sheet()
  for (let tries = TRIES; ; tries--) {
    const { exam, epoch } = state()
    try {
      return await post(`/api/exams/${exam}/${what}`, { epoch, ...body }, options)
    } catch (error) {
      if (error.code !== "opened_elsewhere" || !(await overtaken(epoch)) || tries === 1) throw error
      await new Promise((go) => setTimeout(go, MOMENT_MS))
      if (SHEET.has(what) && sheet() !== before) throw error
    }
  }
}
