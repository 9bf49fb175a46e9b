import { Holder } from "../models/holder.js"
import { post, Refused, unlessRefused } from "./api.js"
import { forget, keep, kept } from "./keeping.js"

// Opens a test for this page, and knows who has it. The page's device is where it keeps
// what waits: pages of one browser share it; where nothing can be kept, each has its own.
export class Opener {
  holder = new Holder(crypto.randomUUID())
  #name

  // `wanted`: {seat} or {module}. `card`: an AdmitCard.
  constructor(wanted, card) {
    Object.assign(this, { wanted, card })
    this.#name = `exam-device:${wanted.seat ?? wanted.module}`
  }

  // With the number of the admit card where one was typed. `close` turns the camera off:
  // a card is not shown in a moment, and a test that another page opened meanwhile is
  // not taken back by itself.
  async open(close) {
    const { card, holder, wanted } = this
    const [typed, elsewhere] = [card.take(), holder.elsewhere]
    const by = { page: holder.page, device: kept(this.#name) ?? crypto.randomUUID() }
    keep(this.#name, by.device)
    holder.begin()
    try {
      const opened = await post("/api/exams", { ...wanted, ...by, ...typed }).finally(() => holder.answered())
      card.opened()
      return opened
    } catch (error) {
      if (card.refused(unlessRefused(error), typed) || (holder.elsewhere && !elsewhere)) close()
      throw error
    }
  }

  // A write of this epoch was refused: who has opened it since is asked by `look`, unless
  // it may be the opening we wait for. True: it was ours.
  async overtaken(epoch, look) {
    const { holder } = this
    if (!holder.opening && epoch === holder.epoch) await look()
    return holder.opening || (!holder.elsewhere && epoch < holder.epoch)
  }

  close() {
    forget(this.#name)
  }
}

// The test goes on, and its camera is asked for again.
export function noNode() {
  throw new Refused({ code: "no_media_node", detail: "The camera service is out of reach." })
}
