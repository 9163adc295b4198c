import { connect, type Socket } from 'node:net'
import { afterOwnTime, patience } from './own-time.ts'

export interface RawConnection {
  readonly socket: Socket
  /** Everything received so far, as latin1. */
  received(): string
  /**
   * Resolves when `condition` holds for what was received, or the other side has closed, or `within` ms of this
   * process's own time are over. Without `within` it waits as long as anything may take.
   */
  until(condition: (received: string) => boolean, within?: number): Promise<string>
  /** Whether the other side has ended or reset the connection. */
  readonly closed: boolean
  readonly wasReset: boolean
}

/** A connection that sends what it is told, byte for byte. */
export async function rawConnection(port: number, text = ''): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  let closed = false
  let wasReset = false
  let wake = () => {}
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    wake()
  })
  const onClosed = () => {
    closed = true
    wake()
  }
  socket.on('end', onClosed)
  socket.on('close', onClosed)
  socket.on('error', () => {
    wasReset = true
  })
  await new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed))
  if (text !== '') socket.write(text, 'latin1')
  return {
    socket,
    received: () => received,
    until: (condition, within) =>
      new Promise(done => {
        const finish = () => {
          stopWaiting()
          wake = () => {}
          done(received)
        }
        const check = () => {
          if (condition(received) || closed) finish()
        }
        const stopWaiting = afterTime(within, finish)
        wake = check
        check()
      }),
    get closed() {
      return closed
    },
    get wasReset() {
      return wasReset
    },
  }
}

function afterTime(time: number | undefined, then: () => void): () => void {
  if (time !== undefined) return afterOwnTime(time, then)
  const timer = setTimeout(then, patience)
  return () => clearTimeout(timer)
}

/** Sends `text` in pieces of so many characters, each in a turn of its own. */
export async function sendInPieces({ socket }: RawConnection, text: string, size: number): Promise<void> {
  socket.setNoDelay()
  for (let at = 0; at < text.length && !socket.destroyed; at += size) {
    socket.write(text.slice(at, at + size), 'latin1')
    await new Promise(setImmediate)
  }
}

/**
 * Sends one text and returns all that comes back until the other side closes or is silent for `quiet` ms of this
 * process's own time.
 */
export async function exchangeRaw(port: number, text: string, quiet = 100): Promise<{ text: string; closed: boolean }> {
  const connection = await rawConnection(port, text)
  for (let before = -1; before !== connection.received().length && !connection.closed; ) {
    before = connection.received().length
    await connection.until(received => received.length > before, before === 0 ? Math.max(quiet * 3, 500) : quiet)
  }
  const result = { text: connection.received(), closed: connection.closed }
  connection.socket.destroy()
  return result
}
