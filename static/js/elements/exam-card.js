// The admit card, while it has to be shown before a test: where it is, and the field for
// its number where there is one. Tells `card` {number}.
export class ExamCard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      event.preventDefault()
      const number = this.querySelector("[name=card]").value
      this.dispatchEvent(new CustomEvent("card", { bubbles: true, detail: { number } }))
    })
  }

  show({ needed, problem }, busy) {
    this.hidden = !needed
    const place = this.querySelector("[data-part=card-problem]")
    if (!place) return
    if (place.textContent !== problem) place.textContent = problem
    this.querySelector("[name=card]").setAttribute("aria-invalid", String(Boolean(problem)))
    this.querySelector("[type=submit]").disabled = busy
  }
}

customElements.define("exam-card", ExamCard)
