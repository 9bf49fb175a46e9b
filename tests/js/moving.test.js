import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { moveWhenTold } from "../../static/js/transport/moving.js"

let live, link, later
const opened = { sitting: "s", epoch: 4 }
const say = (detail) => live.dispatchEvent(new CustomEvent("stream", { detail }))

beforeEach(() => {
  live = new EventTarget()
  later = []
  link = { state: "up", opened, again: (ms) => later.push(ms) }
  moveWhenTold(live, link, new AbortController().signal, () => 0.5)
})

test("a page whose node is gone connects again, in a moment of its own", () => {
  say({ ...opened, gone: true })
  assert.deepEqual(later, [750])
})

test("what is said of an earlier stream, or while it connects, changes nothing", () => {
  say({ ...opened, epoch: 3, gone: true })
  say({ ...opened, sitting: "another", gone: true })
  link.state = "lost"
  say({ ...opened, gone: true })
  assert.deepEqual(later, [])
})
