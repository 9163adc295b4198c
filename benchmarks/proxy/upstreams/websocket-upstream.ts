/** Echoes WebSocket messages: `node websocket-upstream.ts`. Says its port to its parent. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', socket => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })))
await once(server, 'listening')
process.on('disconnect', () => process.exit())
process.send?.((server.address() as AddressInfo).port)
