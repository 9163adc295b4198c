import { setTimeout as sleep } from 'node:timers/promises'
import { SharedConnections } from '@ingot/proxy'
import type { BoundPorts, DataPlane, MetricsSnapshot } from './data-plane.ts'
import { addSnapshots, onlyTotals } from './metrics-snapshots.ts'
import { ToldUpdates } from './told-updates.ts'
import type { TrafficSettings } from './traffic-settings.ts'
import type { TrafficUpdate } from './traffic-update.ts'
import { WorkerThread } from './worker-thread.ts'

/** What the pool tells of its workers. */
export interface WorkerPoolEvents {
  readonly onLines: (lines: string) => void
  /** A worker has ended though nobody asked it to; another one takes its place after `delay` milliseconds. */
  readonly onDeath: (error: Error | undefined, delay: number) => void
  /** Another one has taken its place. */
  readonly onReplaced: () => void
}

/** How long the replacement of a worker that dies young waits, in milliseconds: twice as long each further time. */
const firstDelay = 100
const longestDelay = 10_000
/** A worker that has lived this long did not die because of how it began. */
const longLife = 60_000

/**
 * Serves traffic in several threads that listen on the same ports. The kernel shares connections out among them. A worker
 * that dies takes its connections with it and is replaced; the others do not notice.
 */
export class WorkerPool implements DataPlane {
  readonly #settings: TrafficSettings
  readonly #events: WorkerPoolEvents
  readonly #workers: (WorkerThread | undefined)[]
  readonly #told = new ToldUpdates()
  #ports: BoundPorts | undefined
  #retired: MetricsSnapshot = []
  #youngDeaths = 0
  #isEnding = false

  constructor(count: number, settings: TrafficSettings, events: WorkerPoolEvents) {
    this.#settings = settings
    this.#events = events
    this.#workers = Array.from({ length: count }, (_, index) => this.#start(index))
  }

  /** Workers that are alive. */
  get size(): number {
    return this.#alive().length
  }

  async apply(update: TrafficUpdate): Promise<void> {
    this.#told.add(update)
    await Promise.all(this.#alive().map(worker => worker.call('apply', update)))
  }

  async listen(): Promise<BoundPorts> {
    const [first, ...others] = this.#alive()
    // Whoever is first finds the ports, if any will do; the others take the same.
    const ports = (await first!.call('listen')) as BoundPorts
    this.#ports = ports
    await Promise.all(others.map(worker => worker.call('listen', ports)))
    return ports
  }

  async metrics(): Promise<readonly MetricsSnapshot[]> {
    const snapshots = await Promise.all(this.#alive().map(worker => worker.snapshot()))
    return [...snapshots, this.#retired]
  }

  async drain(limit: number): Promise<number> {
    this.#isEnding = true
    const cut = await Promise.all(this.#alive().map(worker => worker.call('drain', limit)))
    await this.close()
    return cut.reduce<number>((sum, count) => sum + Number(count ?? 0), 0)
  }

  async close(): Promise<void> {
    this.#isEnding = true
    await Promise.all(this.#alive().map(worker => worker.terminate()))
  }

  #alive(): WorkerThread[] {
    return this.#workers.filter(worker => worker !== undefined)
  }

  #start(index: number): WorkerThread {
    const worker: WorkerThread = new WorkerThread(
      { ...this.#settings, worker: index },
      {
        onLines: this.#events.onLines,
        onExit: error => void this.#replace(index, worker, error),
      },
    )
    return worker
  }

  /** Requests that a worker had under way when it died are over for all. */
  #giveBack(index: number): void {
    const connections = this.#settings.shared?.connections
    if (connections !== undefined) new SharedConnections(connections, index).giveBack(index)
  }

  async #replace(index: number, worker: WorkerThread, error: Error | undefined): Promise<void> {
    this.#workers[index] = undefined
    this.#giveBack(index)
    this.#retired = await addSnapshots([this.#retired, onlyTotals(worker.lastSnapshot)])
    if (this.#isEnding) return
    this.#youngDeaths = worker.age < longLife ? this.#youngDeaths + 1 : 0
    const delay = Math.min(firstDelay * 2 ** this.#youngDeaths, longestDelay)
    this.#events.onDeath(error, delay)
    await sleep(delay)
    if (this.#isEnding) return
    const next = this.#start(index)
    // It hears of every update from now on, after all that came before.
    this.#workers[index] = next
    await next.call('apply', this.#told.all)
    if (this.#ports !== undefined) await next.call('listen', this.#ports)
    if (!next.isAlive) return
    this.#events.onReplaced()
  }
}
