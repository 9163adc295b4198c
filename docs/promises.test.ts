import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A row of a table of promises ends in links to tests: `[name of the test](path)`. */
const reference = /\[([^\]]+)\]\((\.\.\/[^)]+\.test\.ts)\)/g

describe.each(['security.md', 'reliability.md'])('every promise of %s', page => {
  const text = readFileSync(join(import.meta.dirname, page), 'utf8')
  const rows = text.split('\n').filter(line => /^\| (?!Promise|---)/.test(line))

  it('names a test', () => {
    expect(rows.length).toBeGreaterThan(5)
    expect(rows.filter(row => row.match(reference) === null)).toEqual([])
  })

  it('names tests that are there', () => {
    const missing = [...text.matchAll(reference)].filter(([, name, path]) => {
      const file = join(import.meta.dirname, path!)
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(name!)
    })
    expect(missing.map(([link]) => link)).toEqual([])
  })
})
