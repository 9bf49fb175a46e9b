import "./elements/connection-strip.js"
import "./elements/sitting-wall.js"
