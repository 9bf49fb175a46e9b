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

// Idle: one small frame a second. Burst: all of it, while somebody looks.
const IDLE = { maxFramerate: 1, scaleResolutionDownBy: 2, maxBitrate: 60_000 }
const BURST = { maxFramerate: 15, scaleResolutionDownBy: 1, maxBitrate: 1_200_000 }

export async function setBurst(sender, bursting) {
  const parameters = sender.getParameters()
  if (!parameters.encodings?.length) return
  Object.assign(parameters.encodings[0], bursting ? BURST : IDLE)
  parameters.degradationPreference = "maintain-resolution" // a sample needs pixels, not motion
  await sender.setParameters(parameters).catch(() => {})
}
