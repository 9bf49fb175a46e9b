import "./elements/password-field.js"
import "./elements/password-meter.js"
import "./elements/link-token.js"
import "./elements/passkey-login.js"
