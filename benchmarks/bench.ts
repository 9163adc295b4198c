/** `pnpm bench`: measures matching, proxies and scale, keeps the results, and writes docs/benchmarks.md. */
import { parseArgs } from 'node:util'
import { compareWith } from './compare.ts'
import { compareProxies } from './proxy/compare-proxies.ts'
import { forms } from './proxy/forms.ts'
import { ingot, ingotTree } from './proxy/rivals/ingot.ts'
import { measureMatch } from './report/measure-match.ts'
import { writePage } from './report/page.ts'
import { measureScale } from './scale/measure-scale.ts'
import { runToEnd } from './support/cleanup.ts'
import { root, writeResult } from './support/results.ts'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    compare: { type: 'string' },
    page: { type: 'boolean', default: false },
    only: { type: 'string', default: 'match,proxy,scale' },
  },
})

await runToEnd(async () => {
  if (values.compare !== undefined) return compareWith(values.compare)
  if (!values.page) await measureAll(values.full ? 'full' : 'short', new Set(values.only.split(',')))
  await writePage()
  console.error('docs/benchmarks.md and docs/capacity.md are written')
})

async function measureAll(form: 'short' | 'full', parts: ReadonlySet<string>): Promise<void> {
  const full = form === 'full'
  const command = full ? 'pnpm bench --full' : 'pnpm bench'
  if (parts.has('proxy')) {
    const { rivals, ...rest } = forms[form]
    const tree = await ingotTree('ingot', root)
    const result = await compareProxies({ ...rest, form, command, rivals: [...rivals, ingot(tree)] })
    if (result !== undefined) await writeResult('proxy', result)
  }
  if (parts.has('match')) {
    await writeResult('match', await measureMatch(full ? ['S', 'M', 'D', 'L'] : ['S', 'M', 'L'], full ? 3 : 1, command))
  }
  if (parts.has('scale')) await writeResult('scale', await measureScale(full ? [10_000, 100_000] : [100_000], command))
}
