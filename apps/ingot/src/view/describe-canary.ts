import type { IngressTarget } from '@ingot/kubernetes'

/** Which requests go to a canary, in the order in which that is decided: `X-Canary: always, 20 of 100`. */
export function describeCanary({ ask }: NonNullable<IngressTarget['canary']>): string {
  const { header, cookie, weight, total, affinity } = ask
  const value = header?.value ?? (header?.pattern === undefined ? 'always' : `~${header.pattern}`)
  const rules = [
    ...(header === undefined ? [] : [`${header.name}: ${value}`]),
    ...(cookie === undefined ? [] : [`cookie ${cookie}`]),
    `${weight} of ${total}`,
    ...(affinity === 'legacy' ? ['whatever the affinity'] : []),
  ]
  return rules.join(', ')
}
