import "./elements/face-guide.js"
import "./elements/device-check.js"
