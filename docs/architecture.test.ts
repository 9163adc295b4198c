import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(import.meta.dirname, 'architecture.md'), 'utf8')

/** The page shortens `packages/core/src/host.ts` to `core/host.ts`. */
function resolve(name: string): string[] {
  const [first, ...rest] = name.split('/')
  return [
    name,
    join('packages', first!, 'src', ...rest),
    join('apps', first!, 'src', ...rest),
    `apps/ingot/src/${name}`,
  ]
}

const files = [...page.matchAll(/`((?:packages|apps)\/[a-z0-9/-]+|[a-z0-9/-]+\/[a-z0-9-]+\.ts)`/g)].map(
  ([, name]) => name!,
)

it.each([...new Set(files)])('%s, which the architecture page names, is there', name => {
  expect(resolve(name).some(path => existsSync(join(root, path)))).toBe(true)
})
