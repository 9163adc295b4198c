import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { type Held, held } from './heap-probe.ts'
import { fitLine } from './slope.ts'

/** The program at one moment. */
export interface Sample {
  readonly minute: number
  /** Resident, in MiB. */
  readonly memory: number
  /** What is left after a collection, in MiB. */
  readonly held: number
  /** File descriptors. */
  readonly handles: number
  /** Timers, sockets, watchers and the like that keep the program alive. */
  readonly resources: number
  /** What is used of each space of V8's, in MiB. */
  readonly spaces: Held['spaces']
  /** The longest that the program's event loop kept anybody waiting since the sample before, in milliseconds. */
  readonly stall: number
  /** The same of the process with the load and the upstreams. */
  readonly ownStall: number
}

/** How a figure went. */
export interface Course {
  readonly first: number
  readonly last: number
  /** The slope after the first third, which is for growing to working size, and its standard error. */
  readonly perMinute: number
  readonly error: number
}

/** Samples of a running program, which are also appended to a file, as a line of JSON each, if there is one. */
export class Samples {
  readonly all: Sample[] = []
  readonly #ingot: IngotProcess
  readonly #file: string | undefined
  readonly #began = performance.now()
  readonly #delay = monitorEventLoopDelay({ resolution: 20 })

  constructor(ingot: IngotProcess, file: string | undefined) {
    this.#ingot = ingot
    this.#file = file
    this.#delay.enable()
  }

  /** Minutes since the first moment. */
  get minute(): number {
    return (performance.now() - this.#began) / 60_000
  }

  /** Takes a sample. `ok` goes into the file with it. */
  async take(ok: number): Promise<void> {
    const metrics = await (await fetch(this.#ingot.url('admin', '/metrics'))).text()
    const sample = this.#sampleOf(metrics, await held(this.#ingot))
    this.all.push(sample)
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify({ ...sample, ok })}\n`)
  }

  #sampleOf(metrics: string, { heap, external, resources, spaces, stall }: Held): Sample {
    const metric = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(metrics)?.[1])
    const memory = metric('process_resident_memory_bytes') / 2 ** 20
    const ownStall = this.#delay.max / 1e6
    this.#delay.reset()
    const [minute, handles] = [this.minute, metric('process_open_fds')]
    return {
      minute,
      memory,
      held: heap + external,
      handles,
      resources,
      spaces: { ...spaces, external },
      stall,
      ownStall,
    }
  }

  /** How a figure went. */
  course(figure: (sample: Sample) => number): Course {
    const settled = this.all.slice(Math.floor(this.all.length / 3))
    const { slope, error } = fitLine(settled.map(one => [one.minute, figure(one)] as const))
    const [first, last] = [figure(this.all[0]!), figure(this.all.at(-1)!)]
    return { first: round(first, 2), last: round(last, 2), perMinute: round(slope, 4), error: round(error, 4) }
  }

  /** The largest of a figure, rounded. */
  longest(figure: (sample: Sample) => number): number {
    return Math.round(Math.max(...this.all.map(figure)))
  }

  /** How each space went. */
  spaces(): Record<string, Course> {
    const names = Object.keys(this.all[0]!.spaces)
    return Object.fromEntries(names.map(name => [name, this.course(one => one.spaces[name] ?? 0)]))
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
