/**
 * Sends requests at a fixed rate, whatever comes back: `node open-loop.ts TARGET SECONDS`. Prints a `LoadResult`.
 *
 * A latency counts from the moment at which the request was due, not from the moment at which a connection was free for
 * it: a proxy that stops for a second pays for every request that would have come in that second.
 */
import { connect, type Socket } from 'node:net'
import { build } from 'hdr-histogram-js'
import { summarise } from './latencies.ts'
import type { LoadResult, LoadTarget } from './load.ts'
import { ResponseCounter } from './response-counter.ts'

const target: LoadTarget = JSON.parse(process.argv[2] as string)
const seconds = Number(process.argv[3])
const total = Math.floor(target.rate * seconds)
const interval = 1000 / target.rate
const request = `GET ${target.path} HTTP/1.1\r\nHost: ${target.hosts[0]}\r\n\r\n`
const patience = 10_000

const histogram = build({ numberOfSignificantValueDigits: 3 })
const idle: Connection[] = []
let open = 0
let issued = 0
let finished = 0
let errors = 0
let began = 0

class Connection {
  readonly #socket: Socket
  readonly #responses = new ResponseCounter()
  #due: number | undefined

  constructor() {
    this.#socket = connect(target.port, '127.0.0.1').setNoDelay()
    this.#socket.once('connect', () => idle.push(this))
    this.#socket.on('data', chunk => this.#read(chunk))
    this.#socket.on('error', () => {})
    this.#socket.once('close', () => this.#lost())
    open++
  }

  send(due: number): void {
    this.#due = due
    this.#socket.write(request, 'latin1')
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy()
  }

  #read(chunk: Buffer): void {
    const status = this.#responses.read(chunk)
    if (status === undefined || this.#due === undefined) return
    if (status >= 200 && status < 300) histogram.recordValue(Math.round((performance.now() - this.#due) * 1000))
    else errors++
    finished++
    this.#due = undefined
    idle.push(this)
  }

  #lost(): void {
    open--
    const index = idle.indexOf(this)
    if (index >= 0) idle.splice(index, 1)
    if (this.#due !== undefined) {
      errors++
      finished++
    }
    if (issued < total) all.push(new Connection())
  }
}

const all = Array.from({ length: target.connections }, () => new Connection())
const waitForConnections = setInterval(() => {
  if (idle.length < open) return
  clearInterval(waitForConnections)
  began = performance.now() + interval
  tick()
}, 5)

/** Sends what is due; what finds no connection waits, and its clock runs. */
function tick(): void {
  const now = performance.now()
  while (issued < total && idle.length > 0) {
    const due = began + issued * interval
    if (due > now) break
    idle.pop()?.send(due)
    issued++
  }
  const isLate = now > began + seconds * 1000 + patience
  if (finished >= total || isLate) report(now)
  else setImmediate(tick)
}

function report(now: number): void {
  for (const connection of all) connection.close()
  const result: LoadResult = {
    completed: histogram.totalCount,
    duration: (now - began) / 1000,
    errors: errors + total - finished,
    ...summarise(histogram),
  }
  console.log(JSON.stringify(result))
  process.exit()
}
