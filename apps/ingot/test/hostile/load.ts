import { connect, type Socket } from 'node:net'

/** What became of the requests of a load. */
export interface Tally {
  /** Answered 200, and with what was asked for. */
  ok: number
  /** Answered otherwise, by status. */
  readonly statuses: Map<number, number>
  /** The connection ended in place of an answer, although nothing had said that it would. */
  lost: number
  /** Answered with what somebody else had asked for. */
  wrong: number
}

/** What became of one request. */
export interface Ended {
  /** It asked for `/ID`. */
  readonly id: string
  /** `ok`, `wrong` and `lost` as in {@link Tally}, or the status. */
  readonly outcome: string
  /** The answer's body, if there was an answer. */
  readonly body: string | undefined
  /** How long it took, in milliseconds. */
  readonly took: number
}

/** A load that runs until it is stopped. */
export interface Load {
  readonly tally: Tally
  /** Resolves when every request under way has ended. */
  stop(): Promise<Tally>
}

// Longer than any timeout of a proxy under test: who hears nothing for so long has been forgotten, and counts as lost.
const patience = 30_000

const head = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n([\s\S]*?)\r\n\r\n/

/**
 * Clients with a connection each, which ask for `/ID` without a pause and want ID back. They honour `Connection: close`,
 * and open a new connection after it; that is all a client needs to do to lose nothing. `onEnd` is told of each request.
 */
export function startLoad(port: number, clients: number, host = 'a.test', onEnd?: (ended: Ended) => void): Load {
  const tally: Tally = { ok: 0, statuses: new Map(), lost: 0, wrong: 0 }
  let isOver = false
  const use = { port, host, tally, isOver: () => isOver, onEnd }
  const running = Array.from({ length: clients }, async (_, index) => {
    for (let asked = 0; !isOver; ) asked = await useConnection(use, `${index}-`, asked)
  })
  return {
    tally,
    async stop() {
      isOver = true
      await Promise.all(running)
      return tally
    },
  }
}

interface Use {
  readonly port: number
  readonly host: string
  readonly tally: Tally
  isOver(): boolean
  readonly onEnd: ((ended: Ended) => void) | undefined
}

/** Asks over one connection until it ends or all is over. Returns the number of the next request. */
async function useConnection(use: Use, prefix: string, first: number): Promise<number> {
  const socket = connect({ port: use.port, host: '127.0.0.1', noDelay: true })
  socket.setTimeout(patience, () => socket.destroy())
  for (let asked = first; ; asked++) {
    const id = `${prefix}${asked}`
    const began = performance.now()
    const answer = await ask(socket, use.host, id)
    const outcome = count(answer, id, use.tally)
    use.onEnd?.({ id, outcome, body: answer?.body, took: performance.now() - began })
    if (answer === undefined || answer.closes || use.isOver()) {
      socket.destroy()
      // Who was cut off does not come back at once, or the counter would count nothing else.
      if (answer === undefined) await new Promise(resolve => setTimeout(resolve, 20))
      return asked + 1
    }
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly closes: boolean
}

function count(answer: Answer | undefined, id: string, tally: Tally): string {
  if (answer === undefined) tally.lost++
  else if (answer.status !== 200) tally.statuses.set(answer.status, (tally.statuses.get(answer.status) ?? 0) + 1)
  else if (answer.body === id) tally.ok++
  else tally.wrong++
  if (answer === undefined) return 'lost'
  if (answer.status !== 200) return String(answer.status)
  return answer.body === id ? 'ok' : 'wrong'
}

function ask(socket: Socket, host: string, id: string): Promise<Answer | undefined> {
  return new Promise(resolve => {
    let text = ''
    const done = (answer: Answer | undefined) => {
      socket.off('data', onData).off('error', onEnd).off('close', onEnd).off('end', onEnd)
      resolve(answer)
    }
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const answer = readAnswer(text)
      if (answer !== undefined) done(answer)
    }
    const onEnd = () => done(undefined)
    socket.on('data', onData).on('error', onEnd).on('close', onEnd).on('end', onEnd)
    socket.write(`GET /${id} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  })
}

function readAnswer(text: string): Answer | undefined {
  const [whole, status, fields] = head.exec(text) ?? []
  if (whole === undefined) return undefined
  const length = Number(/^content-length: (\d+)$/im.exec(fields!)?.[1] ?? 0)
  if (text.length < whole.length + length) return undefined
  const body = text.slice(whole.length, whole.length + length)
  return { status: Number(status), body, closes: /^connection: close$/im.test(fields!) }
}

/** All requests that were not answered as they should have been. */
export function errorsOf({ statuses, lost, wrong }: Tally): Record<string, number> {
  const found = { ...Object.fromEntries(statuses), lost, wrong }
  return Object.fromEntries(Object.entries(found).filter(([, number]) => number > 0))
}
