import "./elements/pay-onward.js"
