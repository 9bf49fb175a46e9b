import "./elements/device-check.js"
