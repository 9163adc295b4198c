/** Compares matchers: every rival on every workload, each in a process of its own, in turns. */
import { matchTables } from '../report/match-tables.ts'
import { writePage } from '../report/page.ts'
import { readArguments, readNames } from '../support/arguments.ts'
import { runToEnd } from '../support/cleanup.ts'
import { keepResult } from '../support/results.ts'
import { measureMatch } from './measure-match.ts'
import { mergeMatchResults } from './result.ts'
import { rivals } from './rivals/index.ts'
import { sweeps, workloads } from './workloads.ts'

const usage = `pnpm bench:match [--workloads S,M,D,L,R] [--sweeps rules,depth] [--rivals a,b]
                 [--rounds 3] [--seed N] [--keep]
  Compares matchers, and prints the tables of the page. --keep puts what was found in
  the place of what is kept, and writes the page.
  Rivals: ${rivals.map(({ name }) => name).join(', ')}`

const { values } = readArguments(usage, {
  options: {
    workloads: { type: 'string', default: Object.keys(workloads).join(',') },
    sweeps: { type: 'string', default: '' },
    rivals: { type: 'string', default: rivals.map(rival => rival.name).join(',') },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    keep: { type: 'boolean', default: false },
  },
})

const chosen = {
  workloads: namesOf(values.workloads, workloads),
  sweeps: namesOf(values.sweeps, sweeps),
  rivals: namesOf(values.rivals, Object.fromEntries(rivals.map(rival => [rival.name, rival]))),
}

await runToEnd(async () => {
  const rounds = Number(values.rounds)
  const plan = {
    ...chosen,
    rivals: chosen.rivals.flatMap(name => rivals.filter(rival => rival.name === name)),
    rounds: { named: rounds, others: rounds },
    seed: Number(values.seed),
    command: 'pnpm bench:match',
  }
  const keep = values.keep ? keepResult('match', mergeMatchResults) : undefined
  const found = await measureMatch(plan, keep)
  console.log(`seed ${values.seed}, ${rounds} rounds, Node ${process.version}\n\n${matchTables(found)}`)
  if (values.keep) await writePage()
})

function namesOf<Name extends string>(list: string, all: Readonly<Record<Name, unknown>>): Name[] {
  return readNames(usage, list, Object.keys(all) as Name[])
}
