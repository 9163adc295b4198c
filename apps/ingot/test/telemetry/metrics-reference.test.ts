import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ownMetrics } from '../../generate-reference.ts'

const dashboard = readFileSync(new URL('../../../../deploy/grafana/ingot.json', import.meta.url), 'utf8')
const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8')
const names = ownMetrics().map(({ name }) => name)
const types = new Map(ownMetrics().map(({ name, type }) => [name, type]))

/** Every metric of the program that a text names, a histogram by its own name. */
function namedIn(text: string): string[] {
  const found = [...text.matchAll(/\bingot_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, ''))
  return [...new Set(found)]
}

it('the dashboard and the page name no metric that is not there', () => {
  expect(namedIn(dashboard).filter(name => !names.includes(name))).toEqual([])
  expect(namedIn(page).filter(name => !names.includes(name))).toEqual([])
})

it('every metric has a place in the dashboard', () => {
  expect(names.filter(name => !namedIn(dashboard).includes(name))).toEqual([])
})

it('the dashboard asks for labels that its metrics have', () => {
  const labels = new Map(ownMetrics().map(({ name, labelNames = [] }) => [name, labelNames]))
  const known = new Set(['job', 'instance', 'le'])
  for (const { expr } of JSON.parse(dashboard).panels.flatMap(({ targets = [] }) => targets) as { expr: string }[]) {
    const [name = ''] = namedIn(expr)
    const asked = /by \(([a-z, ]+)\)/.exec(expr)?.[1]?.split(', ') ?? []
    const filtered = [...expr.matchAll(/([a-z]+)(?:=~|!=|=)"/g)].map(([, label]) => label!)
    for (const label of [...asked, ...filtered]) {
      expect(known.has(label) || labels.get(name)?.includes(label), `${label} of ${expr}`).toBe(true)
    }
  }
})

it('names follow the conventions of Prometheus', () => {
  for (const [name, type] of types) {
    expect(name.endsWith('_total'), name).toBe(type === 'counter')
    if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(name).toMatch(/^ingot_[a-z]+(_[a-z]+)*$/)
  }
})
