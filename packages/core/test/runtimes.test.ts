import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { conformance } from './runtimes/conformance.ts'
import { runtimes } from './runtimes/runtimes.ts'

const { outputFiles } = await build({
  entryPoints: [new URL('runtimes/conformance.ts', import.meta.url).pathname],
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'ingot',
  target: 'es2022',
  write: false,
})
const script = outputFiles[0]?.text ?? ''

for (const { name, program, run } of runtimes) {
  test(`${name} gives the answers that this process gives`, { timeout: 90_000 }, async ({ skip }) => {
    if (typeof program !== 'string') return skip(`${name} is skipped: ${program.missing}`)
    expect(JSON.parse(await run(program, script))).toEqual(conformance())
  })
}

test('the answers include routes of every kind, and refusals', () => {
  const text = conformance().join('\n')
  for (const word of [
    'exact exact',
    'wildcard prefix',
    'none prefix',
    'other-destination',
    'new',
    'empty-label',
    'space',
  ]) {
    expect(text).toContain(word)
  }
})
