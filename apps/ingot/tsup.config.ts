import { cpSync } from 'node:fs'
import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  entry: { main: 'src/main.ts', worker: 'src/data-plane/worker.ts', testing: 'src/testing.ts' },
  format: 'esm',
  target: 'node22',
  dts: { ...(library.dts as object), entry: { testing: 'src/testing.ts' } },
  splitting: true,
  clean: true,
  sourcemap: true,
  // `ingot check --about CODE` prints these.
  onSuccess: async () => cpSync('../../docs/diagnostics', 'dist/diagnostics', { recursive: true }),
})
