import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { main: 'src/main.ts', worker: 'src/data-plane/worker.ts' },
  format: 'esm',
  target: 'node22',
  splitting: true,
  clean: true,
  sourcemap: true,
})
