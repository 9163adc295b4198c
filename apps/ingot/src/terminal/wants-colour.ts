import type { WriteStream } from 'node:tty'

/** Whether to colour what goes to a stream: terminals only, unless NO_COLOR, FORCE_COLOR or TERM=dumb say otherwise. */
export function wantsColour(stream: WriteStream): boolean {
  return stream.isTTY === true ? stream.hasColors() : (process.env.FORCE_COLOR ?? '') !== '' && !process.env.NO_COLOR
}
