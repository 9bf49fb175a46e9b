// Sends the form to the payment service by itself. While the page still loads, so that
// going back from there leads to the seat and not through here again.
export class PayOnward extends HTMLElement {
  connectedCallback() {
    this.querySelector("form").submit()
  }
}

customElements.define("pay-onward", PayOnward)
