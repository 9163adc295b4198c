import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
const page = read('conformance.md')
const tests = '../apps/ingot/test/e2e'

/** The rows of the table under a heading. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter(line => /^\| (?!---|Feature |Test )/.test(line))
  return rows.map(row => row.slice(2, -2).split(' | '))
}

describe('the page that compares with the tests of others', () => {
  it('lists each feature and scenario by a name that a test has', () => {
    const file = read(`${tests}/cluster-conformance.test.ts`)
    const rows = rowsUnder('kubernetes-sigs')
    expect(rows.length).toBe(24)
    expect(rows.filter(names => !names.every(name => file.includes(name)))).toEqual([])
  })

  it.each([
    ['kubernetes/kubernetes', 'cluster-conformance.test.ts', /^\[The same\]/],
    ['ingress-nginx', 'ingress-nginx.test.ts', /^The same$/],
    ['The other suites', 'ingress-nginx-suites.test.ts', /^The same$/],
  ])('says what is the same as in %s only where a test has that name', (heading, file, same) => {
    const text = read(`${tests}/${file}`)
    const rows = rowsUnder(heading).filter(([, here]) => same.test(here!))
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.map(([name]) => name!.replace(/^[\w -]+: /, '')).filter(name => !text.includes(name))).toEqual([])
  })

  it.each(['ingress-nginx', 'The other suites'])(
    'says of every other test of %s what shows the same or differs',
    heading => {
      const others = rowsUnder(heading).filter(([, here]) => here !== 'The same')
      const reasoned =
        /^(?:\[|`--|Otherwise: |Not honoured|As always|Nothing to |Every other test|Connections to the service)/
      expect(others.length).toBeGreaterThan(10)
      expect(others.filter(([, here]) => !reasoned.test(here!))).toEqual([])
    },
  )

  it('links to tests of the names it says', () => {
    const links = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.test\.ts)\)/g)].filter(([, name]) =>
      /^[a-z]/.test(name!),
    )
    const named = links.filter(([, name]) => !name!.endsWith('.test.ts'))
    expect(named.filter(([, name, path]) => !read(path!).includes(name!)).map(([link]) => link)).toEqual([])
  })
})
