import { Session } from 'node:inspector'

interface BlockCoverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[]
    }[]
  }[]
}

/** Which blocks of the sources have been run, as V8 counts them. */
export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** How many different blocks have been run so often, in powers of two. */
  get blocks(): number {
    return this.#seen.size
  }

  /** Whether, since it was last asked, something was run that never was before, or far more often. */
  hasGrown(): boolean {
    const before = this.#seen.size
    const { result } = this.#post('Profiler.takePreciseCoverage') as BlockCoverage
    for (const { url, functions } of result) {
      if (!url.includes('/src/')) continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0)
            this.#seen.add(`${url} ${startOffset}-${endOffset} ${Math.min(6, Math.floor(Math.log2(count)))}`)
        }
      }
    }
    return this.#seen.size > before
  }

  /** Ends the counting. */
  stop(): void {
    this.#session.disconnect()
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown
    // The inspector of the own thread answers before `post` returns.
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
}
