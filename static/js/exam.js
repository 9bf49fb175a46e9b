import "./elements/exam-sheet.js"
