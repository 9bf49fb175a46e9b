// The server says that the media node this page streams to is gone: connects to another.
// A whole node's pages hear it in the same moment, so each waits a little of its own.
const SPREAD_MS = 1_500

export function moveWhenTold(live, link, signal, random = Math.random) {
  live.addEventListener("stream", ({ detail: { sitting, epoch, gone } }) => {
    const { opened, state } = link
    if (gone && state === "up" && opened.sitting === sitting && opened.epoch === epoch) link.again(random() * SPREAD_MS)
  }, { signal })
}
