import "./elements/password-field.js"
