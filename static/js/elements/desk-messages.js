import { post } from "../transport/api.js"

// What a proctor writes: said at once, and kept until the student has read it.
export class DeskMessages extends HTMLElement {
  #shown = ""

  show(messages) {
    const key = messages.map(({ id }) => id).join()
    if (key === this.#shown) return
    this.#shown = key
    this.replaceChildren(...messages.map((message) => this.#card(message)))
  }

  #card({ id, words }) {
    const card = document.createElement("div")
    card.className = "message"
    const [who, text, button] = ["strong", "p", "button"].map((tag) => document.createElement(tag))
    who.textContent = "A proctor writes"
    text.textContent = words
    text.dataset.testid = "message-words"
    button.textContent = "I have read it"
    button.addEventListener("click", () => { button.disabled = true; post(`/api/messages/${id}/read`).catch(() => { button.disabled = false }) })
    card.append(who, text, button)
    return card
  }
}

customElements.define("desk-messages", DeskMessages)
