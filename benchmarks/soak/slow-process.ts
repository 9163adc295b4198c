import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { attack, http2Attacks } from '../../apps/ingot/test/hostile/http2-attacks.ts'
import { SlowClients, type SlowKind } from './slow-crowd.ts'

/**
 * One part of `slow-clients.ts` in a process of its own, so that it takes no time from the others: the upstream, the
 * clients that attack, or the one that is good. Is told what to do by messages, and answers each with one.
 */
type Order =
  | ({ readonly do: 'flood'; readonly port: number; readonly securePort: number } & Crowd)
  | { readonly do: 'stop' }
  | { readonly do: 'ask'; readonly port: number; readonly requests: number }

/** Who attacks: so many clients that are slow in these ways, and these floods. */
interface Crowd {
  readonly clients: number
  readonly kinds: readonly SlowKind[]
  readonly floods: readonly string[]
}

const role = process.argv[2]
const say = (message: object) => process.send!(message)
// Who started this is gone.
process.on('disconnect', () => process.exit())

if (role === 'upstream') {
  const server = createServer((request, response) => {
    const answer = request.url === '/large' ? Buffer.alloc(2 ** 18, 'x') : request.url?.slice(1)
    // An answer before the end of a slow body would send its client away.
    request.resume().on('end', () => response.end(answer))
  })
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }))
} else {
  process.on('message', async (order: Order) => {
    if (order.do === 'ask') say({ times: await waits(order.port, order.requests) })
    else if (order.do === 'flood') await flood(order)
    else say(await stop())
  })
  say({ ready: true })
}

let crowd: SlowClients | undefined
let isOver = false
let attacks: ReturnType<typeof attack>[] = []

/** Answers when all are connected. */
async function flood(order: Extract<Order, { do: 'flood' }>): Promise<void> {
  isOver = false
  crowd = new SlowClients(order.port, order.clients, order.kinds)
  await crowd.connected()
  const floods = http2Attacks.filter(({ name }) => order.floods.includes(name))
  attacks = floods.map(one => attack(order.securePort, one, () => isOver))
  say({ open: crowd.open })
}

async function stop(): Promise<object> {
  isOver = true
  const open = crowd?.open ?? 0
  crowd?.leave()
  const casualties = await Promise.all(attacks)
  return { open, cut: casualties.map(({ name, opened, cut }) => ({ name, opened, cut })) }
}

/** What one client waits for each of its answers, one request after the other, in milliseconds. */
async function waits(port: number, requests: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  const times: number[] = []
  for (let number = 0; number < requests; number++) {
    const start = performance.now()
    socket.write(`GET /${number} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
    await answered(socket, `\r\n\r\n${number}`)
    times.push(performance.now() - start)
    // A pause, so that the number tells how long one waits and not how much fits.
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  socket.destroy()
  return times
}

/** Resolves when what has come from now on ends with `end`. What came before is not kept, or collecting it would count. */
function answered(socket: Socket, end: string): Promise<void> {
  return new Promise((done, failed) => {
    let text = ''
    function onData(chunk: Buffer): void {
      text += chunk.toString('latin1')
      if (text.endsWith(end)) over(done)
    }
    const onClose = () => over(() => failed(new Error('the good client was cut off')))
    function over(then: () => void): void {
      socket.off('data', onData).off('close', onClose)
      then()
    }
    socket.on('data', onData).on('close', onClose)
  })
}
