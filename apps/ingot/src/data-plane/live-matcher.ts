import { setImmediate as otherWork } from 'node:timers/promises'
import type { CompiledMatcher, Matcher, Route } from '@ingot/core'
import { matchExpressions, type PathChoices } from '@ingot/proxy'
import { changeMatcher, openMatcher, type LiveMatcher as SharedMatcher, shareMatcher } from './shared-matcher.ts'
import type { LiveTarget, RouteChanges } from './traffic-update.ts'

/** How many hosts are changed in one go, while requests wait: about two milliseconds. */
const HOSTS_IN_ONE_GO = 64

/** A matcher in the thread that serves, which follows changes of hosts. */
export class LiveMatcher {
  readonly #compiled: CompiledMatcher<LiveTarget>
  /** Few clusters have expressions, and a matcher without them is not to pay for them. */
  readonly #hasChoices: boolean
  /** What requests are matched with. */
  readonly matcher: Matcher<LiveTarget>

  constructor(compiled: CompiledMatcher<LiveTarget>, hasChoices: boolean) {
    this.#compiled = compiled
    this.#hasChoices = hasChoices
    this.matcher = hasChoices ? matchExpressions(compiled, choicesOf) : compiled
  }

  /** One without any route. */
  static empty(): LiveMatcher {
    return LiveMatcher.open(shareMatcher({ routes: [] }, {}))
  }

  static open(shared: SharedMatcher): LiveMatcher {
    return new LiveMatcher(openMatcher(shared), shared.targets.some(hasChoices))
  }

  /** The matcher after these changes. Many are made in several goes, between which requests are served. */
  async change({ hosts, defaultTarget }: RouteChanges): Promise<LiveMatcher> {
    let compiled = this.#compiled
    let left: [string | undefined, readonly Route<LiveTarget>[] | undefined][] = [...hosts]
    const isNew = this.#hasChoices || left.some(([, routes]) => routes?.some(({ target }) => hasChoices(target)))
    while (left.length > 0) {
      compiled = changeMatcher(compiled, changesOf(left.slice(0, HOSTS_IN_ONE_GO)))
      left = left.slice(HOSTS_IN_ONE_GO)
      if (left.length > 0) await otherWork()
    }
    if (defaultTarget !== undefined) compiled = changeMatcher(compiled, { defaultTarget: defaultTarget.is })
    return new LiveMatcher(compiled, isNew)
  }
}

function changesOf(hosts: readonly [string | undefined, readonly Route<LiveTarget>[] | undefined][]) {
  const there = hosts.filter(([, routes]) => routes !== undefined)
  return {
    upsert: { routes: there.flatMap(([, routes]) => routes ?? []), hosts: there.map(([host]) => host) },
    remove: hosts.filter(([, routes]) => routes === undefined).map(([host]) => host),
  }
}

function hasChoices({ choices }: LiveTarget): boolean {
  return choices !== undefined
}

function choicesOf({ choices, otherwise }: LiveTarget): PathChoices<LiveTarget> | undefined {
  return choices && { choices, otherwise }
}
