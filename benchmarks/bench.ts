/** `pnpm bench`: measures everything, keeps the results, and writes docs/benchmarks.md. `pnpm bench --help` says more. */
import { compareWith } from './compare.ts'
import { help } from './help.ts'
import { writePage } from './report/page.ts'
import { sectionNames, sections } from './sections.ts'
import { readArguments, readNames } from './support/arguments.ts'
import { atEnd, runToEnd } from './support/cleanup.ts'

const { values } = readArguments(help, {
  options: {
    full: { type: 'boolean', default: false },
    compare: { type: 'string' },
    page: { type: 'boolean', default: false },
    sections: { type: 'string', default: sectionNames.join(',') },
  },
})

const chosen = readNames(help, values.sections, sectionNames)

await runToEnd(async () => {
  if (values.compare !== undefined) return compareWith(values.compare, new Set(chosen))
  // Also when the run is stopped: what was finished until then is shown.
  const finish = atEnd(writePage)
  for (const [name, measure] of Object.entries(sections)) {
    if (values.page || !chosen.includes(name)) continue
    const began = performance.now()
    await measure(values.full ? 'full' : 'short')
    console.error(`${name} took ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
  }
  await finish()
  console.error('docs/benchmarks.md and docs/capacity.md are written')
})
