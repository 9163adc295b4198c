import { open, stat } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ControlMetrics } from '../../src/telemetry/control-metrics.ts'
import { countOpenFiles } from '../../src/telemetry/open-files.ts'

const onLinux = it.skipIf(process.platform !== 'linux')

const ofOldLinux = (async (path: string) => Object.assign(await stat(path), { size: 0 })) as typeof stat
const ofOther = (async () => {
  throw new Error('ENOENT')
}) as unknown as typeof stat

async function grows(count: () => Promise<number | undefined>): Promise<number> {
  const before = (await count())!
  const files = await Promise.all(Array.from({ length: 50 }, () => open(import.meta.filename)))
  const growth = (await count())! - before
  for (const file of files) await file.close()
  return growth
}

onLinux('counts the open files, whether the system tells their number or has to list them', async () => {
  // Other things of the test runner come and go.
  for (const ask of [stat, ofOldLinux]) expect(Math.abs((await grows(() => countOpenFiles(ask))) - 50)).toBeLessThan(10)
  expect(Math.abs((await countOpenFiles())! - (await countOpenFiles(ofOldLinux))!)).toBeLessThan(10)
})

it('knows nothing where the system does not tell', async () => {
  expect(await countOpenFiles(ofOther)).toBeUndefined()
})

onLinux('is told by the metrics, which go over the connections for nothing else', async () => {
  const metrics = new ControlMetrics('1.2.3', () => 0)
  const told = async () => {
    const found = (await metrics.snapshot()).find(({ name }) => name === 'process_open_fds')
    return (found as unknown as { values: { value: number }[] }).values[0]!.value
  }
  expect(Math.abs((await grows(told)) - 50)).toBeLessThan(10)
  const names = (await metrics.snapshot()).map(({ name }) => name)
  expect(names.filter(name => name.startsWith('nodejs_active'))).toEqual([])
  expect(names).toContain('nodejs_eventloop_lag_seconds')
})
