import assert from "node:assert/strict"
import { test } from "node:test"

import { cardIn, wordsFor } from "../../static/js/models/cards.js"

const CARD = "GI1I7P5CL932VF7M8PS4HS9P1006M3A2334A8N94AM2DPUHVUKRV28CC14S0"
const seen = (...texts) => texts.map((rawValue) => ({ rawValue }))

test("an admit card is found among other codes, however it was written", () => {
  assert.equal(cardIn(seen("https://example.org", CARD)), CARD)
  assert.equal(cardIn(seen(` ${CARD.toLowerCase()}\r\n`)), CARD)
})

test("other codes are no card", () => {
  for (const text of ["", "https://example.org", CARD.slice(1), `${CARD}0`, CARD.replace("G", "Z")]) {
    assert.equal(cardIn(seen(text)), null)
  }
  assert.equal(cardIn([]), null)
})

test("another code is told from no code", () => {
  assert.equal(wordsFor([]), "Hold the card before the camera.")
  assert.equal(wordsFor(seen("https://example.org")), "This code is not of an admit card.")
})
