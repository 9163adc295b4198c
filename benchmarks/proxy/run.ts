/** Compares proxies alone. */
import { writePage } from '../report/page.ts'
import { readArguments, readNames } from '../support/arguments.ts'
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

const form = values.full ? 'full' : 'short'
const { effort, ...usual } = forms[form]
const chosen = {
  rivals: namesOf(values.rivals, [...rivals, { name: 'ingot' }]) ?? [...usual.rivals.map(({ name }) => name), 'ingot'],
  scenarios: namesOf(values.scenarios, scenarios) ?? usual.scenarios.map(({ name }) => name),
}

await runToEnd(async () => {
  const everyone = [...rivals, ingot(await ingotTree('ingot', values.tree))]
  const comparison = {
    form,
    rivals: everyone.filter(({ name }) => chosen.rivals.includes(name)),
    scenarios: scenarios.filter(({ name }) => chosen.scenarios.includes(name)),
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

function namesOf(list: string | undefined, all: readonly { readonly name: string }[]): string[] | undefined {
  const names = all.map(({ name }) => name)
  return list === undefined ? undefined : readNames(usage, list, names)
}
