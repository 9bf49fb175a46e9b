// How much of the camera is sent. A look wants pixels, whoever looks live wants motion; the
// size is the same, so that a look that begins meanwhile need not wait for a larger picture.
export const PACES = {
  idle: { maxFramerate: 1, scaleResolutionDownBy: 2, maxBitrate: 60_000 },
  watched: { maxFramerate: 8, scaleResolutionDownBy: 1, maxBitrate: 400_000 },
  burst: { maxFramerate: 15, scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
}

export function paceOf({ looking, watched }) {
  if (looking) return "burst"
  return watched ? "watched" : "idle"
}
