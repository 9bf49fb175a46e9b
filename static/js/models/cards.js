// The code of an admit card: 60 signs of 0-9 and A-V. Any other QR code is none of ours.
const CARD = /^[0-9A-V]{60}$/

export function cardIn(codes) {
  for (const { rawValue } of codes) {
    const text = rawValue.trim().toUpperCase()
    if (CARD.test(text)) return text
  }
  return null
}

// What to say when a camera sees codes, and none is a card.
export function wordsFor(codes) {
  return codes.length > 0 && cardIn(codes) === null ? "This code is not of an admit card." : "Hold the card before the camera."
}
