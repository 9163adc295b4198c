import { Worker } from 'node:worker_threads'
import type { DataPlane, MetricsSnapshot } from './data-plane.ts'
import type { TrafficSettings } from './traffic-settings.ts'
import type { WorkerCall, WorkerMessage, WorkerMethod } from './worker-messages.ts'

/** What a worker tells besides answers. */
export interface WorkerThreadEvents {
  readonly onLines: (lines: string) => void
  /** It has ended; with the error that nobody caught, if there was one. */
  readonly onExit: (error: Error | undefined) => void
}

/**
 * Megabytes of memory for objects that have just been made. Without a limit V8 takes twice as much in every thread under
 * load, and no time is saved by it that could be measured.
 */
const youngGeneration = 48

// As built everything lies in one folder.
const entry = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** One thread that serves traffic, as the main thread sees it. */
export class WorkerThread {
  readonly #worker: Worker
  readonly #startedAt = performance.now()
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #nextId = 0
  #alive = true
  #error: Error | undefined
  /** What it last told of its metrics. */
  lastSnapshot: MetricsSnapshot = []

  constructor(settings: TrafficSettings, events: WorkerThreadEvents) {
    this.#worker = new Worker(entry, {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
    })
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message, events))
    this.#worker.on('error', error => {
      this.#error = error as Error
    })
    this.#worker.on('exit', () => {
      this.#alive = false
      // Whoever waits for a worker that is gone has nothing to wait for.
      for (const { resolve } of this.#pending.values()) resolve(undefined)
      this.#pending.clear()
      events.onExit(this.#error)
    })
  }

  get isAlive(): boolean {
    return this.#alive
  }

  /** Milliseconds since it was started. */
  get age(): number {
    return performance.now() - this.#startedAt
  }

  /** Asks it to do something; resolves with `undefined` if it ends before it has answered. */
  call<M extends WorkerMethod>(
    method: M,
    ...[argument]: Parameters<DataPlane[M]>
  ): Promise<Awaited<ReturnType<DataPlane[M]>> | undefined> {
    if (!this.#alive) return Promise.resolve(undefined)
    const id = this.#nextId++
    const message: WorkerCall = { id, method, argument }
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#worker.postMessage(message)
    })
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const snapshots = await this.call('metrics')
    if (snapshots !== undefined) this.lastSnapshot = snapshots.flat()
    return this.lastSnapshot
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #receive(message: WorkerMessage, events: WorkerThreadEvents): void {
    if (message.kind === 'log') {
      events.onLines(message.lines)
      return
    }
    const waiting = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (message.kind === 'result') waiting?.resolve(message.value)
    else waiting?.reject(message.error)
  }
}
