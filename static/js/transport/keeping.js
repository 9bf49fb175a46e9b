// What must outlive a reload, on this device alone. Where the browser keeps nothing, it
// lives as long as the page.
const memory = new Map()

export function keep(name, value) {
  const text = JSON.stringify(value)
  memory.set(name, text)
  try {
    localStorage.setItem(name, text)
  } catch {
    // Full or forbidden: the page still has it.
  }
}

export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? memory.get(name) ?? "null")
  } catch {
    return JSON.parse(memory.get(name) ?? "null")
  }
}

export function forget(name) {
  memory.delete(name)
  try {
    localStorage.removeItem(name)
  } catch {
    // Nothing was kept.
  }
}
