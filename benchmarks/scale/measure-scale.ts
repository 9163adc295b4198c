import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { runChild } from '../support/child.ts'
import { type Provenance, provenance } from '../support/machine.ts'
import { root } from '../support/results.ts'
import type { IngestResult } from './measure-ingest.ts'
import { measureServe, type ServeResult, type Way } from './measure-serve.ts'

/** Everything `benchmarks/scale` found out, as it is kept. */
export interface ScaleResult {
  readonly provenance: Provenance
  /** By the libraries, from YAML and from a stream of events, for each number of Ingresses. */
  readonly ingest: readonly { readonly form: 'yaml' | 'watch'; readonly result: IngestResult }[]
  /** By `ingot serve`. */
  readonly serve: readonly (Way & { readonly result: ServeResult | { readonly skipped: string } })[]
}

const ways: readonly Way[] = [
  { from: 'folder', workers: 1 },
  { from: 'folder', workers: 2 },
  { from: 'cluster', workers: 1 },
]

/** Ingests, compiles and serves so many Ingresses, each time in a process of its own. */
export async function measureScale(counts: readonly number[], command: string): Promise<ScaleResult> {
  const loadAtStart = loadavg()[0] ?? 0
  const ingest: { form: 'yaml' | 'watch'; result: IngestResult }[] = []
  for (const form of ['yaml', 'watch'] as const) {
    for (const count of counts) {
      console.error(`${count} Ingresses from ${form}`)
      ingest.push({ form, result: await measureIngest(form, count) })
    }
  }
  const serve: ScaleResult['serve'][number][] = []
  for (const way of ways) {
    for (const count of counts) {
      console.error(`${count} Ingresses served from a ${way.from}, workers: ${way.workers}`)
      const result = await measureServe(root, way, count).catch(error => ({ skipped: (error as Error).message }))
      serve.push({ ...way, result })
    }
  }
  return { provenance: await provenance(root, command, loadAtStart), ingest, serve }
}

/** Runs in a process of its own, on the core that is otherwise the proxy's. */
async function measureIngest(form: 'yaml' | 'watch', count: number): Promise<IngestResult> {
  const script = fileURLToPath(new URL('measure-ingest.ts', import.meta.url))
  const flags = ['--expose-gc', '--max-old-space-size=8192', ...process.execArgv]
  const command = [process.execPath, ...flags, script, form, String(count)]
  return JSON.parse(await runChild(command, 'proxy', 600_000)) as IngestResult
}
