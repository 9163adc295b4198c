import type { ProfileResult } from '../profile/result.ts'
import { describeProvenance } from './provenance-text.ts'
import { table } from './table.ts'

/** The part of the page about where the time goes. */
export function profileSection({ provenance, scenario, title, groups, functions }: ProfileResult): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const byShare = Object.entries(groups).filter(([, share]) => share >= 0.001)
  return `## Where the time goes

${describeProvenance(provenance)} One process of \`ingot serve\` under ${title}, sampled four times a millisecond after a warm-up; time in which nothing ran is left out. Each function counts with its own time.

![Who called whom](benchmarks/flame-${scenario}.svg)

${table(
  ['part', 'share'],
  byShare.sort(([, a], [, b]) => b - a).map(([name, share]) => [name, percent(share)]),
)}

The functions that take most:

${table(
  ['function', 'share', 'file'],
  functions
    .slice(0, 15)
    .map(({ name, file, share }) => [`\`${name}\``, percent(share), file === '' ? 'native' : `\`${file}\``]),
)}

### What the floor is

A proxy reads twice and writes twice for each request. nginx, which does little else, spends four fifths of its time in the kernel on that; no proxy in any language gets below it without another way to the network. Above it Node adds its own floor: \`node:http\` answering by itself, with no upstream, costs about as much as nginx costs to proxy, since it parses a head into objects and strings and runs streams around each socket. That is why the aim is a share of nginx and not a multiple. What is left for Ingot to save is the difference between its own share above and zero.`
}
