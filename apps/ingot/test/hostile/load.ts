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

/** A load that runs until it is stopped. */
export interface Load {
  readonly tally: Tally
  /** Resolves when every request under way has ended. */
  stop(): Promise<Tally>
}

const head = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n([\s\S]*?)\r\n\r\n/

/**
 * Clients with a connection each, which ask for `/ID` without a pause and want ID back. They honour `Connection: close`,
 * and open a new connection after it; that is all a client needs to do to lose nothing.
 */
export function startLoad(port: number, clients: number, host = 'a.test'): Load {
  const tally: Tally = { ok: 0, statuses: new Map(), lost: 0, wrong: 0 }
  let isOver = false
  const running = Array.from({ length: clients }, async (_, index) => {
    for (let asked = 0; !isOver; ) asked = await useConnection(port, host, `${index}-`, asked, tally, () => isOver)
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

/** Asks over one connection until it ends or all is over. Returns the number of the next request. */
async function useConnection(
  port: number,
  host: string,
  prefix: string,
  first: number,
  tally: Tally,
  isOver: () => boolean,
): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  for (let asked = first; ; asked++) {
    const id = `${prefix}${asked}`
    const answer = await ask(socket, host, id)
    count(answer, id, tally)
    if (answer === undefined || answer.closes || isOver()) {
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

function count(answer: Answer | undefined, id: string, tally: Tally): void {
  if (answer === undefined) tally.lost++
  else if (answer.status !== 200) tally.statuses.set(answer.status, (tally.statuses.get(answer.status) ?? 0) + 1)
  else if (answer.body === id) tally.ok++
  else tally.wrong++
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
