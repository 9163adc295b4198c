/** Measures scale alone: `node run.ts [COUNT…] [--keep]`. */
import { parseArgs } from 'node:util'
import { runToEnd } from '../support/cleanup.ts'
import { writeResult } from '../support/results.ts'
import { measureScale } from './measure-scale.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { keep: { type: 'boolean' } } })
const counts = positionals.length > 0 ? positionals.map(Number) : [100_000]

await runToEnd(async () => {
  const result = await measureScale(counts, 'pnpm bench:scale')
  if (values.keep === true) await writeResult('scale', result)
  else console.log(JSON.stringify(result, null, 1))
})
