import "./elements/review-case.js"
import "./elements/review-queue.js"
