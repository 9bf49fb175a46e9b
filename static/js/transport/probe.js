// What this browser tells of the computer it runs on. Hints: the server decides.
export function facts(media) {
  const [track] = media?.getVideoTracks() ?? []
  return {
    camera: track ? track.label.slice(0, 200) || "camera" : null,
    told_mobile: navigator.userAgentData?.mobile ?? null,
    touch_points: navigator.maxTouchPoints ?? 0,
    screen_width: Math.round(screen.width),
    screen_height: Math.round(screen.height),
    platform: (navigator.platform ?? "").slice(0, 100),
    cores: navigator.hardwareConcurrency ?? null,
    memory_gb: navigator.deviceMemory ?? null,
    now_ms: Date.now(),
  }
}
