import { fresh } from "../models/wall.js"

const KEY = "wall-sound"

// A tone and a mark in the title when an incident comes; only for who wants it.
export class WallAlerts {
  #known = null
  #missed = 0
  #title = document.title
  #audio = null

  constructor(box, signal) {
    this.box = box
    box.checked = localStorage.getItem(KEY) === "on"
    box.addEventListener("change", () => {
      localStorage.setItem(KEY, box.checked ? "on" : "off")
      if (box.checked) this.#tone() // so that it is known, and allowed
    }, { signal })
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#mark(0) }, { signal })
  }

  take(sittings) {
    const all = new Set(sittings.flatMap(({ incident }) => (incident ? [incident.id] : [])))
    const news = this.#known === null ? [] : fresh(sittings, this.#known)
    this.#known = all
    if (!news.length || !this.box.checked) return
    this.#tone()
    if (document.hidden) this.#mark(this.#missed + news.length)
  }

  #mark(missed) {
    this.#missed = missed
    document.title = missed ? `(${missed}) ${this.#title}` : this.#title
  }

  #tone() {
    this.#audio ??= new AudioContext()
    const { currentTime: now, destination } = this.#audio
    const [wave, volume] = [this.#audio.createOscillator(), this.#audio.createGain()]
    wave.frequency.setValueAtTime(660, now)
    wave.frequency.setValueAtTime(880, now + 0.12)
    volume.gain.setValueAtTime(0.08, now)
    volume.gain.exponentialRampToValueAtTime(0.001, now + 0.35)
    wave.connect(volume).connect(destination)
    wave.start(now)
    wave.stop(now + 0.35)
  }
}
