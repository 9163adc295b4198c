import { measureMatch } from './match/measure-match.ts'
import { mergeMatchResults } from './match/result.ts'
import { rivals as matchers } from './match/rivals/index.ts'
import { profileProxy } from './profile/profile-proxy.ts'
import { compareProxies } from './proxy/compare-proxies.ts'
import { forms } from './proxy/forms.ts'
import { mergeProxyResults } from './proxy/result.ts'
import { ingot, ingotTree } from './proxy/rivals/ingot.ts'
import { measureScale } from './scale/measure-scale.ts'
import { keepResult, root, writeResult } from './support/results.ts'

type Form = 'short' | 'full'

/** The parts of the page that are measured, in the order in which they are; each keeps its own result. */
export const sections: Readonly<Record<string, (form: Form) => Promise<void>>> = {
  async proxy(form) {
    const { rivals, ...rest } = forms[form]
    const tree = await ingotTree('ingot', root)
    const comparison = { ...rest, form, command: commandOf(form), rivals: [...rivals, ingot(tree)] }
    await compareProxies(comparison, keepResult('proxy', mergeProxyResults))
  },
  async match(form) {
    const plan = { rivals: matchers, seed: 1, command: commandOf(form) }
    const extent =
      form === 'full'
        ? ({
            workloads: ['S', 'M', 'D', 'L', 'R'],
            sweeps: ['rules', 'depth'],
            rounds: { named: 3, others: 1 },
          } as const)
        : ({ workloads: ['S', 'M', 'L', 'R'], sweeps: [], rounds: { named: 1, others: 1 } } as const)
    await measureMatch({ ...plan, ...extent }, keepResult('match', mergeMatchResults))
  },
  async scale(form) {
    await writeResult('scale', await measureScale(form === 'full' ? [10_000, 100_000] : [20_000], commandOf(form)))
  },
  async profile(form) {
    await profileProxy('1k-64', form === 'full' ? 8 : 4, commandOf(form))
  },
}

export const sectionNames: readonly string[] = Object.keys(sections)

function commandOf(form: Form): string {
  return form === 'full' ? 'pnpm bench --full' : 'pnpm bench'
}
