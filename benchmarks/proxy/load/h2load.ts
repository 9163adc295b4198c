import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Histogram } from 'hdr-histogram-js'
import { runChild } from '../../support/child.ts'
import { summarise } from './latencies.ts'
import type { LoadResult, LoadTarget } from './load.ts'

/**
 * A closed loop over HTTP/2 and TLS: ten streams at once on each connection. h2load is told a number of requests,
 * since it may crash at the end of a run that is limited by time; a first few say how many take so long.
 */
export async function h2load(target: LoadTarget, seconds: number): Promise<LoadResult> {
  const histogram = build({ numberOfSignificantValueDigits: 3 })
  const first = await send(target, target.connections * 20, histogram)
  histogram.reset()
  const count = Math.max(target.connections, Math.round((first.completed / first.duration) * seconds))
  const second = await send(target, count, histogram)
  return {
    completed: first.completed + second.completed,
    duration: first.duration + second.duration,
    errors: first.errors + second.errors,
    ...summarise(histogram),
  }
}

async function send({ connections, port, path, folder }: LoadTarget, count: number, histogram: Histogram) {
  const log = join(folder, 'h2load.log')
  const options = ['-t1', '-c', String(connections), '-m', '10', '-n', String(count), `--log-file=${log}`]
  const printed = await runChild(['h2load', ...options, `https://localhost:${port}${path}`], 'load', 60_000)
  for (const line of (await readFile(log, 'latin1')).split('\n')) {
    const [, status, microseconds] = line.split('\t')
    if (status === '200') histogram.recordValue(Number(microseconds))
  }
  await rm(log)
  return { ...readSummary(printed), errors: count - Number(/status codes: (\d+) 2xx/.exec(printed)?.[1] ?? 0) }
}

function readSummary(printed: string) {
  const [, time, unit] = /finished in ([\d.]+)(us|ms|s)/.exec(printed) ?? []
  const [, completed] = /status codes: (\d+) 2xx/.exec(printed) ?? []
  if (time === undefined || completed === undefined) throw new Error(`h2load printed no result: ${printed}`)
  const divisor = unit === 's' ? 1 : unit === 'ms' ? 1e3 : 1e6
  return { completed: Number(completed), duration: Number(time) / divisor }
}
