import { connect, type Socket } from 'node:net'

const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
const handshake = `GET /ws HTTP/1.1\r\nHost: a.test\r\n${upgrade}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`

// In seconds: how long one talks, and how long it waits for the last echoes.
const [talk, patience] = [10, 30]

/** WebSockets that come, hear what they say, and leave. The upstream echoes bytes. */
export class Tunnels {
  opened = 0
  /** Those that ended by themselves, or did not hear what they had said. */
  readonly broken: string[] = []
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  /** Opens one that says something each second, and leaves after ten. */
  come(): void {
    this.opened++
    const socket = connect(this.#port, '127.0.0.1')
    let heard = ''
    socket.on('error', () => {})
    socket.on('data', chunk => {
      heard += chunk.toString('latin1')
    })
    socket.write(handshake)
    this.#talk(socket, () => heard)
  }

  #talk(socket: Socket, heard: () => string): void {
    let said = ''
    let turn = 0
    const speaking = setInterval(() => {
      const isOver = turn >= talk && (bodyOf(heard()) === said || turn >= talk + patience)
      if (isOver || socket.destroyed) {
        clearInterval(speaking)
        if (bodyOf(heard()) !== said) this.broken.push(`said ${said}and heard ${heard().slice(0, 200)}`)
        socket.destroy()
      } else if (turn < talk) {
        said += `${turn} `
        socket.write(`${turn} `)
      }
      turn++
    }, 1_000)
  }
}

function bodyOf(heard: string): string | undefined {
  const end = heard.indexOf('\r\n\r\n')
  return end === -1 ? undefined : heard.slice(end + 4)
}
