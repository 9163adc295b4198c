import type { Socket } from 'node:net'
import type { ClientConnection } from './client-connection.ts'

/**
 * Serves a client that has ended its side of the connection (`nc -N` does when its input ends) while there is something
 * to tell it. From its end alone nobody can know whether it still listens: only what is written to a client that has left
 * comes back as a reset. So once nothing was written for `time` milliseconds, it has left. 0 is for ever.
 */
export function watchEnd(socket: Socket, connection: ClientConnection, time: number): void {
  if (time === 0) return
  socket.once('end', () => {
    let written = socket.bytesWritten
    const timer = setInterval(() => {
      // A tunnel ends when both its sides say so.
      if (connection.open.some(({ isTunnel }) => isTunnel)) return
      if (socket.bytesWritten === written) socket.destroy()
      written = socket.bytesWritten
    }, time)
    socket.once('close', () => clearInterval(timer))
  })
}
