/** A closed loop of WebSocket messages: `node websocket-echo.ts TARGET SECONDS`. Prints a `LoadResult`. */
import { build } from 'hdr-histogram-js'
import { WebSocket } from 'ws'
import { summarise } from './latencies.ts'
import type { LoadResult, LoadTarget } from './load.ts'

const target: LoadTarget = JSON.parse(process.argv[2] as string)
const seconds = Number(process.argv[3])
const message = Buffer.alloc(128, 'x')
const histogram = build({ numberOfSignificantValueDigits: 3 })
let errors = 0
let isOver = false

function open(): Promise<WebSocket> {
  const headers = { host: target.hosts[0] }
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}${target.path}`, { headers, perMessageDeflate: false })
  let sentAt = 0
  const send = () => {
    sentAt = performance.now()
    socket.send(message)
  }
  socket.on('message', (echo: Buffer) => {
    if (isOver) return
    if (echo.length !== message.length) errors++
    histogram.recordValue(Math.round((performance.now() - sentAt) * 1000))
    send()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (!isOver) errors++
  })
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      send()
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

const sockets = await Promise.all(Array.from({ length: target.connections }, open))
const began = performance.now()
histogram.reset()
setTimeout(() => {
  isOver = true
  const duration = (performance.now() - began) / 1000
  const result: LoadResult = { completed: histogram.totalCount, duration, errors, ...summarise(histogram) }
  console.log(JSON.stringify(result))
  for (const socket of sockets) socket.terminate()
}, seconds * 1000)
