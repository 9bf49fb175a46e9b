import katex from "/vendor/katex/dist/katex.mjs"

// A formula in TeX; without script, and where it is wrong, its source stays to be read.
// KaTeX sets styles through the DOM, which the page's policy allows; an error message of
// its own would come with a style attribute, which it does not.
export class MathsText extends HTMLElement {
  connectedCallback() {
    if ("drawn" in this.dataset) return
    const tex = this.textContent
    const drawn = document.createElement("span")
    try {
      katex.render(tex, drawn, {
        displayMode: this.classList.contains("block"),
        maxExpand: 200,
        maxSize: 20,
        strict: false,
        trust: false,
      })
    } catch {
      this.title = "This formula cannot be drawn"
      return
    }
    this.dataset.drawn = ""
    this.replaceChildren(drawn)
  }
}

customElements.define("maths-text", MathsText)
