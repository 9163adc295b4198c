import type { Options } from 'tsup'

/** What every package builds: ESM with declarations, for Node 22 and later. */
export const library: Options = {
  format: 'esm',
  target: 'node22',
  dts: { compilerOptions: { rootDir: '../..', customConditions: [] } },
  clean: true,
  sourcemap: true,
}
