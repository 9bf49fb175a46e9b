import "./elements/connection-strip.js"
import "./elements/seat-finder.js"
