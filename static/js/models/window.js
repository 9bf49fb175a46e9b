// Which rows of a long list are on the screen, with some to spare above and below.
export const SPARE = 6

export function windowOf({ top, height, row, count }) {
  const first = Math.max(0, Math.floor(top / row) - SPARE)
  const last = Math.min(count, Math.ceil((top + height) / row) + SPARE)
  return { first: Math.min(first, last), last }
}
