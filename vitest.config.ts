import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { PlainSummary } from './scripts/plain-summary.ts'

/** Tests run on sources: the condition makes `@ingot/*` resolve to `src`, so nothing has to be built first. */
const conditions = ['@ingot/source', 'node', 'import', 'module', 'default']

const project = (name: string, root: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, root, include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'] },
})

export default defineConfig({
  test: {
    reporters: ['default', new PlainSummary()],
    projects: [
      project('core', 'packages/core'),
      project('kubernetes', 'packages/kubernetes'),
      project('proxy', 'packages/proxy'),
      project('ingot', 'apps/ingot'),
      {
        ...project('docs', 'docs'),
        test: { name: 'docs', root: 'docs', include: ['**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        ...project('e2e', 'apps/ingot'),
        test: {
          name: 'e2e',
          root: 'apps/ingot',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [join(import.meta.dirname, 'apps/ingot/test/e2e/build.setup.ts')],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
