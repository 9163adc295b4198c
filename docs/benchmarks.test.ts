import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, 'benchmarks.md'), 'utf8')
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const [, figures = '', after = ''] = readme.split(/<!-- The figures of [^\n]*-->|<!-- End of the figures\. -->/)
const speed = /\d[\d.,]* ?(?:ns|µs|us|ms|requests\/s|%|x|times|MB|kB)\b/g

it('the figures in the README are on the page of benchmarks, word for word', () => {
  expect(figures.trim().split('\n').length).toBeGreaterThan(10)
  expect(page).toContain(figures.trim())
})

it('the README claims no speed or size beside these figures', () => {
  expect(`${readme.slice(0, readme.indexOf(figures))}${after}`.match(speed)).toBeNull()
})

it('the page says what Ingot is worse at, and where and when everything was measured', () => {
  expect(page).toContain('## What Ingot is worse at')
  expect(page).toContain('### Where another matcher is better')
  for (const section of ['## Proxies', '## Matching', '## Many Ingresses', '## Where the time goes']) {
    const text = page.slice(page.indexOf(`\n${section}\n`), page.indexOf(`\n${section}\n`) + 400)
    expect(text).toMatch(/`pnpm bench[^`]*`, \d{4}-\d\d-\d\d, commit `[0-9a-f]+`/)
  }
})

it('every chart on the page is there, as SVG', () => {
  const charts = [...page.matchAll(/!\[[^\]]+\]\((benchmarks\/[a-z0-9-]+\.svg)\)/g)].map(([, path]) => path as string)
  expect(charts.length).toBeGreaterThan(5)
  for (const chart of charts) expect(readFileSync(join(import.meta.dirname, chart), 'utf8')).toMatch(/^<svg /)
})
