import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { atEnd, atExit } from './cleanup.ts'
import { environment } from './commands.ts'
import { pinned, type Role } from './cores.ts'

export interface ChildOptions {
  readonly role: Role
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Opens a channel for messages; the child has to be Node. */
  readonly ipc?: boolean
  /** How the process is asked to stop, if not by `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals
}

/** A process that was started here and is stopped here. */
export interface Child {
  readonly process: ChildProcess
  readonly pid: number
  /** What it said last, if it is gone. */
  readonly gone: () => string | undefined
  readonly stop: () => Promise<void>
}

/** Starts a long-lived process on the core of its role. It is stopped at the end of the run at the latest. */
export function startChild(command: readonly string[], options: ChildOptions): Child {
  const [program, ...args] = pinned(options.role, command)
  const child = spawn(program as string, args, {
    cwd: options.cwd,
    env: { ...environment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc === true ? (['ipc'] as const) : [])],
  })
  let tail = ''
  const listen = (text: Buffer) => {
    tail = (tail + text.toString()).slice(-2000)
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  child.on('error', error => listen(Buffer.from(error.message)))
  const isGone = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  const gone = () => (isGone() ? `${command[0]} has ended: ${tail.trim()}` : undefined)
  // One that was started while the run was being stopped.
  atExit(() => isGone() || child.kill('SIGKILL'))
  return { process: child, pid: child.pid ?? -1, gone, stop: atEnd(() => stop(child, isGone, options.stopSignal)) }
}

async function stop(child: ChildProcess, isGone: () => boolean, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (isGone()) return
  const exited = once(child, 'exit')
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await exited
  clearTimeout(force)
}

/** Runs a process to its end on the core of its role, at most `limit` milliseconds. Resolves with what it printed. */
export async function runChild(command: readonly string[], role: Role, limit: number): Promise<string> {
  const [program, ...args] = pinned(role, command)
  const child = spawn(program as string, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const forget = atEnd(() => child.kill('SIGKILL'))
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  let printed = ''
  let complaint = ''
  child.stdout.on('data', (text: Buffer) => (printed += text))
  child.stderr.on('data', (text: Buffer) => (complaint += text))
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  await forget()
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} failed: ${(complaint || printed).slice(-1000)}`)
  return printed
}
