import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = ['README.md', ...globSync(['packages/*/README.md', 'apps/*/README.md', 'docs/**/*.md'], { cwd: root })]

/** What is printed is written behind the call: `console.log(1 + 1) // 2`. */
const printed = /console\.log\(.*\) \/\/ (.*)$/gm

const examples = pages.flatMap(page =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code], index) => {
    return { name: `example ${index + 1} of ${page}`, code: code! }
  }),
)

// A program that serves does not end by itself: its package's own test runs it.
const programs = examples.filter(({ code }) => !code.includes('.listen('))

it.each(programs)('$name runs and prints what it says', ({ code }) => {
  expect(run(code)).toEqual([...code.matchAll(printed)].map(([, text]) => text))
})

function run(code: string): string[] {
  const flags = ['--conditions=@ingot/source', '--input-type=module-typescript', '--no-warnings']
  const output = execFileSync(process.execPath, flags, { cwd: root, input: code, encoding: 'utf8', timeout: 20_000 })
  return output.split('\n').slice(0, -1)
}
