import "./elements/card-scanner.js"
