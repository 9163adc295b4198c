import { once } from 'node:events'
import type { Server } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'

/** Lets `server` answer each message of a WebSocket by `re: ` and the message. Returns what cuts them all. */
export function echoWebSockets(server: Server): () => void {
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', socket => socket.on('message', data => socket.send(`re: ${data}`)))
  return () => {
    for (const socket of sockets.clients) socket.terminate()
  }
}

/** Says one message to a host over a WebSocket, and returns the answer. */
export async function askWebSocket(port: number, host: string, message: string): Promise<string> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } })
  await once(client, 'open')
  client.send(message)
  const [answer] = await once(client, 'message')
  client.terminate()
  return String(answer)
}
