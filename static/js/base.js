import "./elements/local-time.js"
import "./elements/closing-countdown.js"
import "./elements/live-news.js"
