import { checklist } from "../models/exam-words.js"

// How the test stands, in words, with the button that helps; what has to be so before it
// begins; and the camera's own picture.
export class ExamState extends HTMLElement {
  show(exam, said, page) {
    this.#say(said)
    this.#check(exam, page)
    const action = this.querySelector("[data-act=open]")
    action.hidden = said.action !== "open"
    const word = said.word ?? (said.tone === "bad" ? "Try again" : "Open the test")
    if (action.textContent !== word) action.textContent = word
    this.querySelector("[data-act=retry]").hidden = said.action !== "retry"
    this.#showCamera(page.media, page.looking)
  }

  #check(exam, page) {
    for (const [name, done] of Object.entries(checklist(exam, page))) {
      const item = this.querySelector(`[data-check=${name}]`)
      if (!item) continue // no card is asked for
      item.dataset.done = done
      item.querySelector("[data-part=done]").textContent = done ? "Done:" : "To do:"
    }
    this.querySelector("[data-act=screen]").hidden = exam?.state === "ended" || page.fullScreen || !document.fullscreenEnabled
  }

  #say({ tone, title, hint, asked, view }) {
    const state = this.querySelector("[data-part=state]")
    state.dataset.tone = tone
    state.dataset.ask = asked ?? ""
    state.role = tone === "ask" ? "alert" : "status"
    this.querySelector("[data-part=checks]").hidden = view !== "before"
    for (const [id, text] of [["state-title", title], ["state-hint", hint]]) {
      const place = this.querySelector(`[data-testid=${id}]`)
      if (place.textContent !== text) place.textContent = text // a screen reader hears changes only
    }
  }

  #showCamera(media, looking) {
    const video = this.querySelector("video")
    if (video.srcObject !== media) {
      video.srcObject = media
      if (media) video.play().catch(() => {})
    }
    this.querySelector(".camera-tile").hidden = media === null
    this.querySelector("[data-part=lens]").hidden = !(media && looking)
  }
}

customElements.define("exam-state", ExamState)
