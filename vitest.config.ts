import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { PlainSummary } from './scripts/plain-summary.ts'

/** Tests run on sources: the condition makes `@ingot/*` resolve to `src`, so nothing has to be built first. */
const allConditions = ['@ingot/source', 'node', 'import', 'module', 'default']

/** In milliseconds: far more than any test needs, so that a busy machine fails none. What must be quick is not asserted here. */
const testTimeout = 120_000

/** As long, in place of the one second that is usual, and short enough that a test that fails says what it waited for. */
const expect = { poll: { timeout: 60_000 } }

const project = (name: string, root: string, conditions = allConditions) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    testTimeout,
    hookTimeout: testTimeout,
    expect,
  },
})

export default defineConfig({
  test: {
    reporters: ['default', new PlainSummary()],
    projects: [
      project('core', 'packages/core'),
      project('kubernetes', 'packages/kubernetes'),
      project('proxy', 'packages/proxy'),
      project('ingot', 'apps/ingot'),
      // Node would take `import` for what is required, too, and Express requires packages that differ in the two.
      project('examples', 'examples', ['@ingot/source', 'node']),
      {
        ...project('docs', 'docs'),
        test: { name: 'docs', root: 'docs', include: ['**/*.test.ts'], testTimeout, expect },
      },
      {
        ...project('e2e', 'apps/ingot'),
        test: {
          name: 'e2e',
          root: 'apps/ingot',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [join(import.meta.dirname, 'apps/ingot/test/e2e/build.setup.ts')],
          setupFiles: [join(import.meta.dirname, 'apps/ingot/test/e2e/leave-nothing.setup.ts')],
          testTimeout,
          hookTimeout: testTimeout,
          expect,
        },
      },
    ],
  },
})
