import { beforeEach, expect, it } from 'vitest'
import { ApiError } from '../../src/cluster/api-error.ts'
import type { ReflectorHealth } from '../../src/cluster/reflector.ts'
import { ClusterLog } from '../../src/telemetry/cluster-log.ts'
import { createLogger } from '../../src/telemetry/traffic-telemetry.ts'

let lines: { level: number; kind: string; failures: number; error?: string }[] = []
let log: ClusterLog

beforeEach(() => {
  lines = []
  log = new ClusterLog(createLogger('debug', { write: line => lines.push(JSON.parse(line)) }))
})

const health = (kind: string, failures: number, message?: string): ReflectorHealth => ({
  ...{ kind, synced: true, connected: message === undefined, failures },
  ...(message !== undefined && { error: new ApiError(message, { code: 0, reason: 'Unreachable' }) }),
})

it('warns of an outage when it begins, and then the more rarely the longer it lasts, for each kind by itself', () => {
  for (let failures = 1; failures <= 100; failures++) log.followed(health('Ingress', failures, 'away'))
  log.followed(health('Service', 3, 'away'))
  log.followed(health('Ingress', 100))
  log.followed(health('Ingress', 1, 'away'))
  expect(lines.map(({ level, kind, failures }) => [level, kind, failures])).toEqual([
    ...[1, 2, 4, 8, 16, 32, 64].map(failures => [40, 'Ingress', failures]),
    ...[
      [40, 'Service', 3],
      [30, 'Ingress', 100],
      [40, 'Ingress', 1],
    ],
  ])
})

it('warns of what is wrong now and was not before', () => {
  const errors = ['away', 'away', 'away', 'forbidden', 'forbidden', 'forbidden', 'away']
  for (const [index, error] of errors.entries()) log.followed(health('Secret', index + 1, error))
  expect(lines.map(({ failures, error }) => [failures, error])).toEqual([
    [1, 'away'],
    [2, 'away'],
    [4, 'forbidden'],
    [7, 'away'],
  ])
})
