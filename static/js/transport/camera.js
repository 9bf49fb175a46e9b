import { PACES } from "../models/pace.js"

// The webcam: opening it, and saying plainly why not.
const WANTED = { audio: false, video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 }, facingMode: "user" } }

const PROBLEMS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
}

export class CameraProblem extends Error {
  constructor(problem) {
    super(problem)
    this.problem = problem
  }
}

export async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem("unsupported")
  try {
    return await navigator.mediaDevices.getUserMedia(WANTED)
  } catch (error) {
    throw new CameraProblem(PROBLEMS[error.name] ?? "busy")
  }
}

export async function setPace(sender, pace) {
  const parameters = sender.getParameters()
  if (!parameters.encodings?.length) return
  Object.assign(parameters.encodings[0], PACES[pace])
  parameters.degradationPreference = "maintain-resolution" // a sample needs pixels, not motion
  await sender.setParameters(parameters).catch(() => {})
}
