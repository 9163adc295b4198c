/** Compares proxies alone. */
import { writePage } from '../report/page.ts'
import { readArguments } from '../support/arguments.ts'
import { runToEnd } from '../support/cleanup.ts'
import { keepResult, root } from '../support/results.ts'
import { compareProxies } from './compare-proxies.ts'
import { forms } from './forms.ts'
import { mergeProxyResults } from './result.ts'
import { rivals } from './rivals/index.ts'
import { ingot, ingotTree } from './rivals/ingot.ts'
import { type Scenario, scenarios } from './scenarios.ts'

const usage = `pnpm bench:proxy [--full] [--scenarios a,b] [--rivals a,b] [--rounds N] [--seconds N]
                 [--tree FOLDER] [--keep]
  Compares proxies. --keep puts what was found in the place of what is kept, and
  writes the page; otherwise it is printed.
  Scenarios: ${scenarios.map(({ name }) => name).join(', ')}
  Rivals: ${rivals.map(({ name }) => name).join(', ')}, ingot`

const { values } = readArguments(usage, {
  options: {
    full: { type: 'boolean', default: false },
    scenarios: { type: 'string' },
    rivals: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    tree: { type: 'string', default: root },
    keep: { type: 'boolean', default: false },
  },
})

await runToEnd(async () => {
  const form = values.full ? 'full' : 'short'
  const { effort, ...usual } = forms[form]
  const everyone = [...rivals, ingot(await ingotTree('ingot', values.tree))]
  const comparison = {
    form,
    rivals: chosen(everyone, values.rivals, [...usual.rivals.map(({ name }) => name), 'ingot']),
    scenarios: chosen(
      scenarios,
      values.scenarios,
      usual.scenarios.map(({ name }) => name),
    ),
    effort: (scenario: Scenario) => ({
      ...effort(scenario),
      ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
      ...(values.seconds !== undefined && { seconds: Number(values.seconds) }),
    }),
    command: `pnpm bench:proxy${values.full ? ' --full' : ''}`,
  } as const
  const result = await compareProxies(comparison, values.keep ? keepResult('proxy', mergeProxyResults) : undefined)
  if (result === undefined) return
  if (values.keep) await writePage()
  else console.log(JSON.stringify(result, null, 1))
})

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
  usual: string[],
): T[] {
  const wanted = names === undefined ? usual : names.split(',')
  for (const name of wanted) if (!all.some(one => one.name === name)) throw new Error(`there is no ${name}`)
  return all.filter(({ name }) => wanted.includes(name))
}
