import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const index = new URL('../src/index.ts', import.meta.url).pathname

test.each([
  ['what a gateway imports', 'compile, normaliseHost, normalisePath, guardAmbiguity', 8_000],
  [
    'what a gateway imports that applies changes',
    'compile, update, normaliseHost, normalisePath, guardAmbiguity',
    9_400,
  ],
  ['everything, with updates, bytes, sharing between threads and drawing', '*', 11_900],
])('%s, minified and compressed, stays within its budget', async (_, names, budget) => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${names === '*' ? names : `{ ${names} }`} from ${JSON.stringify(index)}`,
      resolveDir: '.',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  })
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThan(budget)
})

test('the core bundles without anything from Node or from other packages', async () => {
  const { metafile } = await build({
    entryPoints: [index],
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  expect(Object.keys(metafile.inputs).filter(file => !/(^|\/)src\/([a-z]+\/)?[a-z0-9-]+\.ts$/.test(file))).toEqual([])
})
