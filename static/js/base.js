import "./elements/local-time.js"
import "./elements/closing-countdown.js"
import "./elements/live-news.js"
import { refillForms } from "./elements/refilled-form.js"
import { keepForms } from "./transport/refilling.js"

keepForms()
refillForms()
