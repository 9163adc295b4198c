import { readFileSync } from 'node:fs'
import { compile } from '@ingot/core'
import { expect, it } from 'vitest'
import { readManifests, translate } from '../src/index.ts'

it('the example of the README prints what its comments say', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)![1]!
  const text = /`\n(.*?)`/s.exec(code)![1]!
  const { objects } = readManifests(`\n${text}`, { file: 'shop.yaml' })
  const { table, diagnostics } = translate(objects)
  const printed = [
    compile(table).match('shop.example.com', '/cart/items')?.route.target.backend,
    `${diagnostics[0]?.position?.line} ${diagnostics[0]?.message}`,
  ]
  expect([...code.matchAll(/\/\/ (.*)$/gm)].map(([, comment]) => comment)).toEqual(printed)
})
