// The state of a test in words: a title, what to do next, and whether one may answer.
import { describeCamera, LOOK_AGAIN, TURN } from "./words.js"

const ENDED = {
  handed_in: ["You handed in your test", "It is being marked."],
  deadline: ["The time is over", "Your test was handed in by itself. What was saved by then counts."],
  proctor: ["A proctor ended your test", "What was saved by then counts. If you think this was wrong, write to the helpdesk."],
  left_paused: ["Your test was paused for too long", "Nobody let it go on, so it ended by itself. What was saved is kept. A person looks at it before the result is told, and we write to you: you need do nothing."],
  never_begun: ["This test did not begin", "No question was shown. You can book another seat, or write to the helpdesk if that was our fault."],
}
const PAUSED = ["Your test is paused", "The clock stands still, your answers are safe, and the questions are covered. Please wait: a proctor lets you go on, and the clock runs from then."]
const ELSEWHERE = ["Your test goes on on another page or device", "Only one page may answer at a time. To go on on this page instead, press Continue here."]
const READY = ["The clock begins when your first look is passed", "Look into the camera for a moment, with light on your face."]
const BEFORE = ["Ready when you are", "Press Open the test. The clock begins when your first look is passed, not before."]
const CONTINUE = ["Your test waits for you", "The clock runs on. Press Continue here: your answers are as you left them."]
const CARD = {
  desk: ["Show your admit card at the desk", "This page goes on by itself once it was scanned. Until then your camera is off and no clock runs."],
  code: ["Show your admit card at the desk", "This page goes on by itself once it was scanned. Where there is no scanner, type the number of the card here. No clock runs yet."],
}
const RUNS_ON = "The clock runs on: go on answering, and your answers are saved."
const CONTINUE_READY = ["Your test waits for you", "Its clock has not begun. Press Continue here."]
const UNREACHABLE = new Set(["no_media_node", "cameras_full", "server_fault", "unreachable", "offline"])
const AWAY = ["We lost sight of you", "The clock runs on, and you can go on answering. We are checking that it is you…"]
const PERSON = ["A person has to look at this", "A proctor has been told. The clock runs on, and you can go on answering."]
const CALM = ["Your test is running", "We look again now and then. Just go on."]

const say = (tone, [title, hint], more = {}) => ({ tone, title, hint, ...more })

// `exam`: as the server tells it, null before it is opened. `page`: sitting, camera,
// link, refusal, elsewhere, card (an AdmitCard), known (it was opened
// before), begun (and runs).
export function describe(exam, page) {
  if (exam?.state === "ended") return say("calm", ENDED[exam.ended_why] ?? ENDED.handed_in, { view: "ended" })
  const view = { running: "paper", paused: "paused" }[exam?.state] ?? "before"
  return { view, ...telling(exam, page) }
}

function telling(exam, page) {
  const { camera, refusal, elsewhere, card, link, sitting } = page
  if (card?.needed && (exam?.state ?? "ready") === "ready") return say("wait", CARD[card.by], { card: true })
  if (camera) return troubled(exam, describeCamera(camera))
  if (elsewhere && (!refusal || UNREACHABLE.has(refusal.code))) return say("wait", ELSEWHERE, { action: "open", word: "Continue here" })
  if (exam?.state === "paused") return say("wait", PAUSED)
  if (refusal && UNREACHABLE.has(refusal.code)) return lost(exam, "The camera service is out of reach")
  if (refusal) return say("bad", ["That did not work", refusal.detail], { action: "open" })
  if (!exam) {
    if (link === "connecting" || link === "lost") return say("wait", ["Opening your test…", "We are connecting your camera. This takes a few seconds."])
    return page.known ? say("wait", page.begun ? CONTINUE : CONTINUE_READY, { action: "open", word: "Continue here" }) : say("calm", BEFORE, { action: "open" })
  }
  if (link === "lost") return lost(exam, "Your camera's connection is lost")
  return seen(exam, sitting)
}

// The camera's trouble stands beside the paper, and hinders nobody to answer.
function troubled(exam, said) {
  const more = exam?.state === "running" ? ` ${RUNS_ON}` : ""
  return { ...said, hint: `${said.hint}${more}`, action: "open", word: "Try again" }
}

function lost(exam, title) {
  const runs = exam && exam.state !== "ready"
  return say("wait", [title, runs ? `${RUNS_ON} We keep trying by ourselves to reach your camera.` : "The clock has not begun. We keep trying by ourselves…"])
}

function seen(exam, sitting) {
  if (TURN[sitting?.asked]) return say("ask", TURN[sitting.asked], { asked: sitting.asked })
  const trouble = sitting?.verdict !== "match" && (LOOK_AGAIN[sitting?.verdict] ?? LOOK_AGAIN[sitting?.reason])
  if (sitting?.state === "paused") {
    if (sitting.reason === "needs_person" || sitting.reason === "proctor") return say("wait", PERSON)
    return say("bad", trouble ? [trouble[0], `${trouble[1]} The clock ${exam.state === "ready" ? "has not begun" : "runs on"}.`] : AWAY, { action: "retry" })
  }
  if (trouble) return say("wait", trouble)
  return exam.state === "ready" ? say("wait", READY) : say("good", CALM)
}

// What has to be so before it begins: {word, done} each.
export function checklist(exam, { card, media, link, fullScreen }) {
  return {
    card: !card.needed,
    screen: fullScreen,
    camera: Boolean(media) && link === "up",
    look: Boolean(exam) && exam.state !== "ready",
  }
}
