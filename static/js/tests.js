import "./elements/connection-strip.js"
import "./elements/seat-countdown.js"
import "./elements/seat-watch.js"
