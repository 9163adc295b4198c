import { formatName, type IngressTarget, type SettledHost } from '@ingot/kubernetes'
import type { Generation } from '../control/control-loop.ts'

/** What is known of routes that have gone live. */
export type RoutedChanges = Pick<Generation['changes'], 'isWhole' | 'hosts' | 'hostsBefore' | 'defaultTarget'>

/** Which Ingresses have a route that requests can take, kept in time that depends on the hosts that change. */
export class RoutedIngresses {
  /** How many routes each has, by `namespace/name`. */
  #counts = new Map<string, number>()
  /** An Ingress without rules has no route: it is where everything else goes. */
  #default: string | undefined
  readonly #touched = new Set<string>()

  has(ingress: string): boolean {
    return this.#counts.has(ingress) || this.#default === ingress
  }

  take({ isWhole, hosts, hostsBefore, defaultTarget }: RoutedChanges): void {
    if (isWhole) this.#forget()
    // First what comes: who has other routes than before has not been without.
    for (const settled of hosts.values()) this.#countHost(settled, 1)
    if (!isWhole) for (const settled of hostsBefore) this.#countHost(settled, -1)
    this.#replaceDefault(nameOf(defaultTarget))
  }

  /** Those that may have got their first route or lost their last since this was last called. */
  touched(): string[] {
    const touched = [...this.#touched]
    this.#touched.clear()
    return touched
  }

  #forget(): void {
    for (const name of this.#counts.keys()) this.#touched.add(name)
    this.#counts = new Map()
  }

  #countHost(settled: SettledHost | undefined, by: 1 | -1): void {
    for (const { target } of settled?.routes ?? []) {
      const name = nameOf(target)
      if (name !== undefined) this.#count(name, by)
    }
  }

  #count(name: string, by: 1 | -1): void {
    const before = this.#counts.get(name) ?? 0
    if (before + by === 0) this.#counts.delete(name)
    else this.#counts.set(name, before + by)
    if (before === 0 || before + by === 0) this.#touched.add(name)
  }

  #replaceDefault(name: string | undefined): void {
    if (name === this.#default) return
    for (const one of [this.#default, name]) if (one !== undefined) this.#touched.add(one)
    this.#default = name
  }
}

function nameOf(target: IngressTarget | undefined): string | undefined {
  return target?.ingress && formatName(target.ingress)
}
