import { guideSteps, guideWords } from "../models/guide.js"

const DONE_WORDS = { done: "taken", now: "now", next: "" }

// Over the camera's picture: an oval for the face, an arrow to where it should turn, and
// below it which sides are taken. A short tone says so to whoever looks away from the page.
export class FaceGuide extends HTMLElement {
  #taken = 0
  #tone = null

  // Where tones may play from: a press of the student.
  allowTones() {
    this.#tone ??= globalThis.AudioContext ? new AudioContext() : null
  }

  // `guide`: null when no capture is wanted. Returns the words to say.
  show(guide, steps) {
    this.hidden = steps.hidden = guide === null
    if (guide === null) return this.#forget()
    this.dataset.ask = guide.ask
    this.toggleAttribute("data-looking", guide.looking)
    for (const [side, step] of guideSteps(guide)) {
      const item = steps.querySelector(`[data-ask=${side}]`)
      item.dataset.step = step
      item.querySelector("[data-part=done]").textContent = DONE_WORDS[step]
    }
    if (guide.taken.length > this.#taken) this.#beep()
    this.#taken = guide.taken.length
    return guideWords(guide)
  }

  #forget() {
    if (this.#taken) this.#beep()
    this.#taken = 0
    return null
  }

  #beep() {
    const audio = this.#tone
    if (!audio) return
    const [sound, volume] = [audio.createOscillator(), audio.createGain()]
    sound.frequency.value = 660
    volume.gain.setValueAtTime(0.08, audio.currentTime)
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.2)
    sound.connect(volume).connect(audio.destination)
    sound.start()
    sound.stop(audio.currentTime + 0.2)
  }
}

customElements.define("face-guide", FaceGuide)
