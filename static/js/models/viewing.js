// Looking live, in words: for whoever looks, and for whoever is looked at.
const WORDS = {
  idle: ["calm", ""],
  asking: ["wait", "Telling the student…"],
  connecting: ["wait", "Connecting…"],
  live: ["good", "Live."],
  again: ["wait", "The video broke off. Trying again…"],
  over: ["calm", "The ten minutes are over. Say why, to look on."],
}

export function viewWords(state, refusal) {
  return refusal ? ["bad", refusal] : WORDS[state]
}

export function leftWords(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`
}

// Refusals that another try may lift: the student connects anew just then.
const PASSING = new Set(["no_live_video", "no_video", "no_such_view", "view_over", "no_media_node", "nobody_vouches", "unreachable", "offline"])

export function isPassing(code) {
  return PASSING.has(code)
}

export function watchedWords(sitting) {
  return sitting?.watched_since ? "A proctor is looking at your camera just now." : ""
}

export function viewersWords(viewers) {
  if (!viewers) return ""
  return viewers === 1 ? "One of you looks live." : `${viewers} of you look live.`
}
