import assert from "node:assert/strict"
import { test } from "node:test"

import { arrange, isSecret, keeping, nextStep, placeOf } from "../../static/js/models/refill.js"
import { goneWords, offerWords, refillWords, waitWords } from "../../static/js/models/refill-words.js"

const ABOUT = { srn: "ADMIN1", path: "/staff/bank/SCPM/new" }
const text = (name, value, label = name) => ({ name, kind: "text", label, value })
const tick = (name, value, on) => ({ name, kind: "tick", label: `${name} ${value}`, value, on })
const choice = (name, values, offers = ["a", "b", "c"]) => ({ name, kind: "choice", label: name, values, offers })
const file = (name, ...files) => ({ name, kind: "file", label: name, value: "", files })
const secret = (name, filled = true) => ({ name, kind: "secret", label: name, value: "never", filled })
const hidden = (name, value) => ({ name, kind: "hidden", label: name, value })
const back = (kept, present) => arrange(keeping(ABOUT, kept).fields, present)

test("passwords and codes are secrets, also while they are shown", () => {
  assert.ok(isSecret({ type: "password" }))
  assert.ok(isSecret({ type: "text", autocomplete: "new-password" }))
  assert.ok(isSecret({ type: "text", autocomplete: "section-a current-password" }))
  assert.ok(isSecret({ type: "text", autocomplete: "one-time-code" }))
  assert.ok(isSecret({ type: "text", autocomplete: "cc-number" }))
  assert.ok(!isSecret({ type: "text", autocomplete: "name" }))
  assert.ok(!isSecret({ type: "textarea" }))
})

test("no secret, no token and no file is kept", () => {
  const kept = keeping(ABOUT, [text("reason", "because"), secret("password"), hidden("csrf_token", "token"), file("sheet", "a.csv"), text("", "nameless")])
  assert.deepEqual(kept.fields.map(({ name }) => name), ["reason", "password", "sheet"])
  assert.ok(!/never|token|nameless/.test(JSON.stringify(kept)))
})

test("what is too long is not kept at all, and that is known", () => {
  const long = keeping(ABOUT, [text("a", "x".repeat(300))], 300)
  assert.deepEqual([long.fields, long.isTooLong], [[], true])
  assert.equal(keeping(ABOUT, [text("a", "x")], 300).isTooLong, undefined)
})

test("texts, boxes and choices go where they were", () => {
  const before = [text("name", "Tides"), tick("right", "1", false), tick("right", "2", true), choice("kind", ["b"]), choice("many", ["a", "c"])]
  const now = [text("name", ""), tick("right", "1", true), tick("right", "2", false), choice("kind", ["a"]), choice("many", [])]
  assert.deepEqual(back(before, now), {
    set: [{ at: 0, value: "Tides" }, { at: 1, on: false }, { at: 2, on: true }, { at: 3, values: ["b"] }, { at: 4, values: ["a", "c"] }],
    left: [], files: [], secrets: [], again: [],
  })
})

test("of several forms to one address it is the one that hides the same", () => {
  const row = (id) => [hidden("csrf_token", "t"), hidden("slot", id), choice("why", [])]
  const kept = { nth: 1, fields: [hidden("slot", "b"), choice("why", ["a"])] }
  assert.equal(placeOf(kept, [row("a"), row("b"), row("c")]), 1)
  assert.equal(placeOf(kept, [row("b"), row("c")]), 0)
  assert.equal(placeOf(kept, [row("a"), row("c")]), -1)
  assert.equal(placeOf(kept, []), -1)
  assert.equal(placeOf(kept, [[hidden("slot", "b2")]]), 0) // The only one, whatever its version.
  assert.equal(placeOf({ nth: 1, fields: [] }, [[text("a", "")], [text("a", "")]]), 1)
  assert.equal(placeOf({ nth: 1, fields: [], isTooLong: true }, [row("a"), row("b")]), 1)
})

test("fields of one name keep their order, boxes of one name go by their values", () => {
  const plan = back([text("row", "first"), text("row", "second"), tick("day", "5", true)], [tick("day", "1", false), text("row", ""), tick("day", "5", false), text("row", "")])
  assert.deepEqual(plan.set, [{ at: 1, value: "first" }, { at: 3, value: "second" }, { at: 2, on: true }])
})

test("what has no place any more is told, but for what was empty", () => {
  const plan = back([text("option1", "one"), text("option9", "nine", "Option 9"), text("option10", " "), tick("right", "9", true), tick("right", "10", false), choice("kind", ["c"])], [text("option1", ""), choice("kind", ["a"], ["a", "b"])])
  assert.deepEqual(plan.set, [{ at: 0, value: "one" }])
  assert.deepEqual(plan.left, [{ label: "Option 9", text: "nine" }, { label: "right 9", text: "chosen" }, { label: "kind", text: "c" }])
})

test("what the server hides is never overwritten, and is told of nobody", () => {
  assert.deepEqual(back([hidden("version", "1"), hidden("sure", "true")], [hidden("version", "2")]), { set: [], left: [], files: [], secrets: [], again: [] })
})

test("what a page that asks for a yes hid goes into the open fields before it", () => {
  const plan = back([hidden("version", "b"), hidden("reason", "It is wrong"), hidden("confirmed", "true")], [choice("version", ["a"]), text("reason", "")])
  assert.deepEqual(plan.set, [{ at: 0, values: ["b"] }, { at: 1, value: "It is wrong" }])
  assert.deepEqual(plan.left, [])
})

test("a file is named, to be chosen again; a secret only if there was one", () => {
  const plan = back([file("file", "bank.gift"), file("pictures"), secret("password"), secret("other", false)], [file("pictures"), secret("other"), file("file"), secret("password")])
  assert.deepEqual(plan.files, ["file (bank.gift)"])
  assert.deepEqual(plan.secrets, ["password"])
  assert.deepEqual(plan.again, [2, 3])
})

const page = (changes = {}) => ({ srn: "ADMIN1", path: ABOUT.path, back: null, hasForm: false, isFault: false, ...changes })
const kept = (state) => ({ ...ABOUT, state })
const asking = page({ path: "/login/second", back: ABOUT.path })
const elsewhere = page({ path: "/help" })

test("kept through the proof, put back on the form's page", () => {
  assert.equal(nextStep(kept("sent"), asking), "wait")
  assert.equal(nextStep(kept("asked"), asking), "wait") // a wrong password
  assert.equal(nextStep(kept("asked"), page()), "restore")
  assert.equal(nextStep(kept("asked"), page({ path: "/staff/roles", hasForm: true })), "restore")
})

test("any page but that of the proof drops what was sent", () => {
  assert.equal(nextStep(kept("sent"), page()), "drop")
  assert.equal(nextStep(kept("sent"), elsewhere), "drop")
  assert.equal(nextStep(kept("sent"), page({ isFault: true })), "drop")
  assert.equal(nextStep(kept("sent"), { ...asking, back: "/account/security" }), "drop")
})

test("another page after the proof offers the way back, once", () => {
  assert.equal(nextStep(kept("asked"), elsewhere), "offer")
  assert.equal(nextStep(kept("offered"), elsewhere), "drop")
  assert.equal(nextStep(kept("offered"), page()), "restore")
})

test("a browser that does not tell where it came from loses nothing", () => {
  assert.equal(nextStep(kept("sent"), { ...asking, back: "/" }), "wait")
})

test("a fault on the way loses nothing", () => {
  assert.equal(nextStep(kept("asked"), page({ srn: "", isFault: true })), "wait")
})

test("nobody else sees it, and nobody who is logged out", () => {
  for (const state of ["sent", "asked", "offered"]) {
    for (const it of [page(), asking, elsewhere]) assert.equal(nextStep(kept(state), { ...it, srn: "HELP1" }), "drop")
    assert.equal(nextStep(kept(state), { ...elsewhere, srn: "" }), "drop")
  }
})

const NONE = { set: [], left: [], files: [], secrets: [], again: [] }
const proved = { proved: true, button: "Save it" }

test("one calm line says that it is here again", () => {
  assert.deepEqual(refillWords({ ...NONE, set: [{}] }, proved), ["It is you. What you had filled in is here again: look over it and send it."])
  assert.deepEqual(refillWords({ ...NONE, set: [{}] }, { ...proved, proved: false }), ["What you had filled in is here again: look over it and send it."])
})

test("a form of one button says to press it again", () => {
  assert.deepEqual(refillWords(NONE, proved), ["It is you. Nothing was done yet: press “Save it” once more."])
})

test("what cannot be put back is said", () => {
  const said = refillWords({ ...NONE, files: ["Sheet (a.csv)"], secrets: ["New password"], left: [{}] }, proved).join(" ")
  for (const part of ["Choose again: Sheet (a.csv).", "Type again: New password.", "no place"]) assert.ok(said.includes(part), part)
  assert.equal(refillWords({ ...NONE, secrets: ["New password"] }, proved)[0], "It is you. Nothing was sent yet.")
  assert.ok(refillWords(NONE, { ...proved, isTooLong: true })[0].includes("too long"))
  assert.ok(goneWords({ proved: true, left: [{}] })[0].endsWith("had filled in:"))
  assert.equal(goneWords({ proved: false, left: [] })[0], "The form is not on this page any more, and nothing was sent.")
  assert.equal(offerWords().length, 2)
})

test("who waits is told that it is kept, if something is", () => {
  assert.equal(waitWords(keeping(ABOUT, [text("a", "x")])).length, 1)
  assert.deepEqual(waitWords(keeping(ABOUT, [secret("password"), hidden("key", "1")])), [])
  assert.deepEqual(waitWords(keeping(ABOUT, [text("a", "x".repeat(99))], 50)), [])
})
