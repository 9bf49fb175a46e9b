// zxcvbn's score (0 to 4) in words. It advises; what is refused is the server's to say.
const WORDS = ["Very easy to guess", "Easy to guess", "Could be stronger", "Strong", "Very strong"]

export function advice(result, length, min) {
  if (length === 0) return null
  if (length < min) return `${min - length} more ${min - length === 1 ? "character" : "characters"} at least.`
  const hint = result.feedback?.warning || result.feedback?.suggestions?.[0] || ""
  return hint && result.score < 3 ? `${WORDS[result.score]}. ${hint}` : `${WORDS[result.score]}.`
}
