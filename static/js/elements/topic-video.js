import { post } from "../transport/api.js"

const SAVE_EVERY_S = 5

// A topic's video: begins where one left it.
export class TopicVideo extends HTMLElement {
  #life = null
  #saved = 0

  connectedCallback() {
    this.#life = new AbortController()
    const { signal } = this.#life
    const video = this.querySelector("video")
    const begin = () => this.#begin(video)
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) begin()
    else video.addEventListener("loadedmetadata", begin, { signal, once: true })
    video.addEventListener("timeupdate", () => this.#played(video), { signal })
    for (const type of ["pause", "ended"]) video.addEventListener(type, () => this.#save(video), { signal })
  }

  disconnectedCallback() {
    this.#life.abort()
  }

  #begin(video) {
    const second = Number(this.dataset.second)
    if (second > 1 && second < video.duration - 1) video.currentTime = second
    this.#saved = video.currentTime
  }

  #played(video) {
    if (Math.abs(video.currentTime - this.#saved) >= SAVE_EVERY_S) this.#save(video)
  }

  #save(video) {
    this.#saved = video.currentTime
    const { api } = this.parentElement.querySelector("topic-reader").dataset
    post(`${api}/progress`, { video_s: video.ended ? 0 : video.currentTime }).catch(() => {})
  }
}

customElements.define("topic-video", TopicVideo)
