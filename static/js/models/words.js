// The state of verification in words: a title, and what to do next. Never a score.

export const LOOK_AGAIN = {
  dark: ["It is too dark", "We cannot see your face. Turn a light on, or sit so that it falls on your face."],
  blurred: ["The picture is blurred", "Hold still for a moment and wipe the lens of your camera."],
  small: ["You are too far away", "Move closer, so that your face fills about a third of the picture."],
  turned: ["Please face the camera", "Turn towards the camera for a moment."],
  no_face: ["We cannot see you", "Sit in front of the camera, so that your whole face is in the picture."],
  several_faces: ["Somebody else is in the picture", "Please make sure that only you are in front of the camera."],
  mismatch: ["We did not recognise you", "Look straight into the camera, with light on your face and nothing covering it."],
  spoof: ["We could not be sure that it is you", "Look into the camera yourself, with light on your face."],
  not_as_asked: ["We did not see your head turn", "We ask again in a moment: turn your head slowly the way we say, then look ahead."],
  no_video: ["No picture arrives", "Your camera's picture does not reach us. Check your connection; we keep trying."],
}

const PAUSED = {
  student: ["Paused", "Your time stands still. Press Resume to go on.", "resume"],
  inactive: ["Paused: nothing moved for a while", "Your time up to then is kept. Press Resume to go on.", "resume"],
  proctor: ["A proctor has paused you", "Please wait. Your confirmed time is safe; the proctor lets you go on."],
  needs_person: ["A person has to look at this", "We could not recognise you several times. A proctor has been told and will let you go on."],
  away: ["We lost sight of you", "Your camera, this page or the connection was gone, so your time stopped. We are checking that it is you…", "try-again"],
}

const CAMERA = {
  refused: ["The camera is not allowed", "Allow the camera for this page: click the camera sign in the address bar, then press Try again."],
  missing: ["No camera found", "Plug in a camera. We start by ourselves as soon as we see it."],
  busy: ["The camera is busy", "Another program uses your camera. Close it (a video call, perhaps), then press Try again."],
  lost: ["The camera was unplugged", "Plug it in again. We start by ourselves as soon as we see it."],
  unsupported: ["This browser cannot use the camera here", "Open this page with its https address in a current Chrome, Edge or Firefox."],
}

const ENDED = {
  finished: ["Finished", "Your time is kept. Press Start to study on.", "start"],
  proctor: ["A proctor ended this sitting", "Your confirmed time is safe. Press Start to begin again.", "start"],
  replaced: ["You went on with another module", "Press Start to study this one.", "start"],
  withdrawn: ["Your camera is off: a consent is missing", "Your time is kept. To study on, agree again under Account, Privacy."],
  closed: ["The learning portal is closed now", "Your time is kept. The page says above when it opens again."],
  abandoned: ["This sitting ended while you were away", "Press Start to begin again.", "start"],
}

export const TURN = {
  left: ["Please turn your head to your left", "Slowly, for two seconds; then look ahead again."],
  right: ["Please turn your head to your right", "Slowly, for two seconds; then look ahead again."],
  up: ["Please look up", "Raise your chin slowly, for two seconds; then look ahead again."],
}

const UNSEEN = ["One moment: no picture came", "Just stay in front of your camera; we ask for the next picture by ourselves. If this stays, check your connection."]
const TROUBLE = { empty: LOOK_AGAIN.no_face, several: LOOK_AGAIN.several_faces, unseen: UNSEEN }

const OWN = new Set(["student", "inactive"])
const say = (tone, [title, hint, action = null]) => ({ tone, title, hint, action })

export function describeCamera(problem) {
  return say("bad", [...CAMERA[problem], "try-again"])
}

// `page` is what this page itself knows: camera, link ("up", "connecting", "lost"),
// refusal (a problem from the server), mine (are we its writer?), wanted (started?).
export function describe(sitting, ended, page) {
  if (page.camera) return describeCamera(page.camera)
  if (page.refusal) return describeRefusal(page.refusal)
  if (OWN.has(sitting?.reason) && !page.wanted) return say("calm", PAUSED[sitting.reason])
  if (sitting && !page.mine) {
    const where = `in another tab or device${sitting.opened_on ? ` (${sitting.opened_on})` : ""}`
    return say("wait", page.wanted
      ? [`Studying goes on ${where}`, "Only one page counts at a time. Press Try again to go on here instead.", "try-again"]
      : [`Your sitting is open ${where}`, "Press Start to take it over: it goes on here and stops there.", "start"])
  }
  if (page.wanted && page.link === "lost") {
    return say("bad", ["Connection lost", "Your time up to here is safe. We are reconnecting by ourselves…"])
  }
  if (page.wanted && page.link === "connecting") {
    return say("wait", ["Connecting…", "We are connecting your camera. This takes a few seconds."])
  }
  if (sitting) return describeSitting(sitting)
  if (ended && page.wanted === false && ENDED[ended.reason]) return say("calm", ENDED[ended.reason])
  return say("calm", ["Ready when you are", "Press Start: we check that it is you, then your time runs.", "start"])
}

function describeSitting(sitting) {
  if (TURN[sitting.asked]) return { ...say("ask", TURN[sitting.asked]), asked: sitting.asked }
  if (sitting.finishing) return say("wait", ["Finishing…", "One last look, so that no minute is lost."])
  if (sitting.verdict === "system_unavailable" && sitting.state !== "paused") {
    return say("wait", ["We could not check just now", "That is our fault. Your time is kept; simply go on."])
  }
  if (sitting.verdict === "held" && sitting.state === "running") return say("good", ["Your time runs", "A person compares your pictures; your time is provisional until then. Just study."])
  const trouble = sitting.verdict !== "match" && LOOK_AGAIN[sitting.verdict]
  if (sitting.state === "running" && TROUBLE[sitting.trouble]) return say("wait", TROUBLE[sitting.trouble])
  if (sitting.state === "running") return trouble ? retrying(trouble, sitting) : say("good", ["It is you. Your time runs", "Just study. We look again now and then."])
  if (sitting.state === "paused") return describePause(sitting)
  if (trouble) return retrying(trouble, sitting)
  return say("wait", ["Checking that it is you…", "Look into the camera for a moment."])
}

function describePause(sitting) {
  if (PAUSED[sitting.reason]) return say(OWN.has(sitting.reason) ? "calm" : "bad", PAUSED[sitting.reason])
  const [title, hint] = LOOK_AGAIN[sitting.reason] ?? ["Paused", ""]
  return say("bad", [`Paused: ${title.charAt(0).toLowerCase()}${title.slice(1)}`, `${hint} We look again by ourselves, or press Try again.`, "try-again"])
}

function retrying([title, hint], { tries_left: left }) {
  const more = left > 0 ? ` We look again in a moment; ${left} ${left === 1 ? "try" : "tries"} left before a pause.` : ""
  return say("wait", [title, hint + more])
}

// Where the student goes to give what is missing before a sitting can open.
export function pageFor(code) {
  return { consent_needed: "/consent", biometrics_declined: "/consent", device_check_needed: "/check" }[code] ?? null
}

function describeRefusal({ code, detail }) {
  if (code === "sitting_open_elsewhere") return say("wait", ["You are studying another module", detail, "instead"])
  if (code === "portal_closed") return say("wait", ["The learning portal is closed", detail])
  const unreachable = code === "no_media_node" || code === "unreachable"
  if (unreachable) return say("bad", ["The camera service is out of reach", "Your time is safe. We keep trying by ourselves…", "try-again"])
  if (code === "server_fault") return say("bad", ["Something went wrong on our side", "Your time is safe. We keep trying by ourselves…", "try-again"])
  if (code === "cameras_full") return say("wait", ["All places for cameras are taken", "Your time is safe. We keep trying, and go on when one is free.", "try-again"])
  if (code === "reference_pending") return say("wait", ["One moment", detail])
  return say("bad", ["That did not work", detail, "try-again"])
}
