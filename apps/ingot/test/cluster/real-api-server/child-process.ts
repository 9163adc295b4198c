import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** A program that runs until it is stopped, or this process ends. */
export class Program {
  readonly #child: ChildProcess
  readonly #kill = () => void this.#child.kill('SIGKILL')

  /** What it prints goes to a file. */
  constructor(command: string, args: readonly string[], log: string) {
    const output = openSync(log, 'a')
    this.#child = spawn(command, args, { stdio: ['ignore', output, output] })
    closeSync(output)
    this.#child.on('error', () => undefined)
    process.once('exit', this.#kill)
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    if (!this.running) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(this.#kill, 5_000)
    await ended
    clearTimeout(timer)
  }
}

/** Ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

async function listen() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
