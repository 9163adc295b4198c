import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

const blocked = `
const { parentPort } = require('node:worker_threads')
const server = require('node:net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`

/** A port on which nobody ever accepts and whose queue is full: the kernel leaves who connects without an answer. */
export async function deafListener() {
  const worker = new Worker(blocked, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const queued = await fillQueue(port)
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy()
      await worker.terminate()
    },
  }
}

async function fillQueue(port: number): Promise<Socket[]> {
  const queued: Socket[] = []
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    queued.push(socket)
    const isIn = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise(done => setTimeout(done, 200, false)),
    ])
    if (isIn === false) return queued
  }
}
