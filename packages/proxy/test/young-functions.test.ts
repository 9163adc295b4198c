import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const sources = fileURLToPath(new URL('../src', import.meta.url))

/** `a.b = () => …` and `a.b = function …`, and the same by `??=`, as Biome formats them. */
const assigned = /[\w\])]\.#?\w+ (?:\?\?|\|\|)?= (?:async )?(?:function\b|\w+ =>|\([^=]*\)(?:: [^=]+)? =>)/

function placesIn(file: string): string[] {
  const lines = readFileSync(join(sources, file), 'utf8').split('\n')
  return lines.flatMap((line, index) => (assigned.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []))
}

it('knows a function that is assigned to a property', () => {
  for (const line of ['exchange.tell = () => {', 'this.#on ??= async data => {', 'a[0].b = function () {']) {
    expect(line).toMatch(assigned)
  }
  for (const line of [
    'const tell = () => {',
    'readonly #on = () => {',
    'this.on = on',
    'a.b = { c() {',
    'x.a = b.c(() => 1)',
  ]) {
    expect(line).not.toMatch(assigned)
  }
})

// V8 allocates them among old objects, and all that they refer to outlives its request: docs/decisions/0013-heap-growth.md.
it('writes no function where it is assigned to a property', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  expect(files.flatMap(placesIn)).toEqual([])
})
