import "./elements/maths-text.js"
