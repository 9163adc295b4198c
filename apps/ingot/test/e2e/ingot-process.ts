import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const running = new Set<ChildProcess>()
process.on('exit', killAll)

/** Ends every program that this process has started and that still runs: a test may fail before it comes to that. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

const binary = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** One line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string }

/** How the program is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A shell command that ends by running `"$@"`. */
  readonly shell?: string
  /** What comes before the arguments, in the place of the Node.js and the program of the tests. */
  readonly program?: readonly string[]
  /** The user and the group that it runs as, which takes the rights of root. */
  readonly user?: number | undefined
  /** A file descriptor in the place of the pipe for standard output. */
  readonly stdout?: number
}

/** A running `ingot serve`, on free ports of the loopback interface. */
export class IngotProcess {
  readonly log: LogLine[] = []
  /** Everything the program has written, errors included. */
  output = ''
  readonly errors: string[] = []
  readonly #child: ChildProcess
  readonly #exit: Promise<number | null>
  #waiting: (() => void)[] = []

  /** Starts `ingot serve` with further flags, and resolves when it is ready for requests. */
  static async serve(...flags: string[]): Promise<IngotProcess> {
    return IngotProcess.serveWith({}, ...flags)
  }

  /** The same, started in another way. */
  static async serveWith(options: StartOptions, ...flags: string[]): Promise<IngotProcess> {
    const ingot = IngotProcess.launch(options, ...flags)
    await ingot.ready()
    return ingot
  }

  /** The same, without waiting for anything. */
  static launch(options: StartOptions, ...flags: string[]): IngotProcess {
    return new IngotProcess(['serve', '--host', '127.0.0.1', '--port', '0', '--admin-port', '0', ...flags], options)
  }

  constructor(args: readonly string[], options: StartOptions = {}) {
    const { env, shell, stdout = 'pipe' as never, user, program: start = [process.execPath, binary] } = options
    const command = [...start, ...args]
    const [program, ...rest] = shell === undefined ? command : ['sh', '-c', shell, 'sh', ...command]
    this.#child = spawn(program!, rest, {
      stdio: ['ignore', stdout, 'pipe'],
      env: { ...process.env, ...env },
      ...(user !== undefined && { uid: user, gid: user }),
    })
    running.add(this.#child)
    this.#exit = once(this.#child, 'exit').then(([code]) => {
      running.delete(this.#child)
      this.#wake()
      return code as number | null
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', chunk => {
        this.output += chunk
      })
    }
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', line => this.#read(line))
    createInterface(this.#child.stderr!).on('line', line => this.errors.push(line))
  }

  /** The port of a listener: `http` or `admin`. */
  port(listener: string): number {
    const line = this.log.find(entry => entry.msg === 'listening' && entry.listener === listener)
    return line?.port as number
  }

  url(listener: string, path: string): string {
    return `http://127.0.0.1:${this.port(listener)}${path}`
  }

  /** Resolves when it is ready for requests; rejects if it ends before. */
  async ready(): Promise<void> {
    await this.logged(line => line.msg === 'ready')
  }

  /** Resolves with the first log line that fits, at once if it has been written already; rejects if the program ends. */
  async logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const line = this.log.find(fits)
      if (line !== undefined) return line
      if (this.#child.exitCode !== null) throw new Error(`ingot ended: ${this.errors.join('\n')}`)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** The sum of a metric over all its labels; rejects if there is none. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(this.url('admin', '/metrics'))).text()
    const lines = text.split('\n').filter(line => /^[a-z_]+/.exec(line)?.[0] === name)
    if (lines.length === 0) throw new Error(`no metric ${name} in ${text}`)
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  /** Sends a signal and resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null) this.#child.kill(signal)
    return this.#exit
  }

  /** Resolves with the exit code when the program ends by itself. */
  exited(): Promise<number | null> {
    return this.#exit
  }

  /** Whether the program still runs. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Nobody reads the log from now on. */
  breakLog(): void {
    this.#child.stdout?.destroy()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  #read(line: string): void {
    try {
      this.log.push(JSON.parse(line))
    } catch {
      this.errors.push(line)
    }
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
