import "./elements/connection-strip.js"
import "./elements/desk-messages.js"
import "./elements/exam-card.js"
import "./elements/exam-clock.js"
import "./elements/exam-hand-in.js"
import "./elements/exam-overview.js"
import "./elements/exam-question.js"
import "./elements/exam-paper.js"
import "./elements/exam-state.js"
import "./elements/exam-sheet.js"

// Without it formulas stay as they are written; the test goes on.
import("./elements/maths-text.js").catch(() => {})
