import type { Diagnostic } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { DiagnosticLog } from '../../src/telemetry/diagnostic-log.ts'
import { createLogger } from '../../src/telemetry/traffic-telemetry.ts'

const finding = (message: string, severity: Diagnostic['severity'] = 'warning'): Diagnostic => ({
  ...{ code: 'invalid-path', severity, message, field: 'spec' },
  object: { kind: 'Ingress', namespace: 'n', name: message },
  position: { file: 'f.yaml', line: 3, column: 5 },
})

it('logs each finding once while it lasts, by its severity, with its place', () => {
  const lines: { level: number; msg: string; at: string }[] = []
  const log = new DiagnosticLog(createLogger('debug', { write: line => lines.push(JSON.parse(line)) }))
  for (const added of [
    [finding('one'), finding('two', 'error')],
    [finding('one'), finding('three', 'info')],
    [finding('three', 'info')],
    [finding('one')],
  ]) {
    log.take({ isWhole: true, added, gone: [] })
    log.report()
  }
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'one'],
    [50, 'two'],
    [30, 'three'],
    [40, 'one'],
  ])
  expect(lines[0]).toMatchObject({ at: 'f.yaml:3:5', code: 'invalid-path', object: 'Ingress n/one' })
})
