import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { caseFileSchema } from '../src/cases/case-file.ts'

const page = readFileSync(new URL('../../../docs/routing-tests.md', import.meta.url), 'utf8')

// The tests of the page become tests of this file: the example is run as it is printed.
const folder = mkdtempSync(join(import.meta.dirname, '.documented-'))
const example = join(folder, 'example.ts')
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(example, /^```ts vitest\n([\s\S]*?)^```/m.exec(page)![1]!)
await import(example)

it('documents a file of tests that is valid', () => {
  const file = parse(/^```yaml\n([\s\S]*?)^```/m.exec(page)![1]!)
  expect(v.safeParse(caseFileSchema, file).issues).toBeUndefined()
})
