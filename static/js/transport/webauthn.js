// The browser's own JSON forms of WebAuthn, and the same by hand where they are missing.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")

export const hasPasskeys = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials)

export async function canAutofill() {
  return Boolean(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.())
}

export async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials?.map((it) => ({ ...it, id: bytes(it.id) })),
  }
  return asJson(await navigator.credentials.create({ publicKey }))
}

export async function get(options, { mediation, signal } = {}) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials?.map((it) => ({ ...it, id: bytes(it.id) })),
  }
  return asJson(await navigator.credentials.get({ publicKey, mediation, signal }))
}

function asJson(credential) {
  if (credential.toJSON) return credential.toJSON()
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
  const given = parts.filter((part) => credential.response[part])
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(given.map((part) => [part, text(credential.response[part])])),
  }
}

// What went wrong, in calm words: closing the browser's own window is no error.
export function inWords(error) {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "Nothing was changed. You can try again."
  if (error.name === "InvalidStateError") return "This device has a passkey for you already."
  return error.detail ?? "This did not work here. Please try another way."
}
