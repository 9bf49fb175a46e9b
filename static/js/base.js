import "./elements/local-time.js"
