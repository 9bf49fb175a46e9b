import "./elements/passkey-maker.js"
