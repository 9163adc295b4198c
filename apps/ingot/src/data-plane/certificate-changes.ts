import type { CertificateConfiguration, PemPair } from '@ingot/proxy'

/** How certificates differ from those that were told last. Plain data: it travels to workers. */
export interface CertificateChanges {
  readonly pairs: MapChanges<PemPair | undefined>
  readonly hosts: MapChanges<string | undefined>
  /** As they are now: mostly there are none. */
  readonly rest: Pick<CertificateConfiguration, 'bySubject' | 'default'>
}

/** How a map differs from another. */
interface MapChanges<V> {
  readonly set: ReadonlyMap<string, V>
  readonly gone: readonly string[]
}

/** What turns the one into the other. */
export function certificateChanges(
  before: CertificateConfiguration,
  { pairs, hosts = new Map(), ...rest }: CertificateConfiguration,
): CertificateChanges {
  return {
    pairs: mapChanges(before.pairs, pairs, samePair),
    hosts: mapChanges(before.hosts ?? new Map(), hosts, Object.is),
    rest,
  }
}

/** What the other was. */
export function changeCertificates(
  before: CertificateConfiguration,
  { pairs, hosts, rest }: CertificateChanges,
): CertificateConfiguration {
  return { ...rest, pairs: changeMap(before.pairs, pairs), hosts: changeMap(before.hosts ?? new Map(), hosts) }
}

function mapChanges<V>(
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
  isSame: (a: V | undefined, b: V) => boolean,
): MapChanges<V> {
  const set = [...after].filter(([key, value]) => !before.has(key) || !isSame(before.get(key), value))
  return { set: new Map(set), gone: [...before.keys()].filter(key => !after.has(key)) }
}

function changeMap<V>(before: ReadonlyMap<string, V>, { set, gone }: MapChanges<V>): ReadonlyMap<string, V> {
  const after = new Map(before)
  for (const key of gone) after.delete(key)
  for (const [key, value] of set) after.set(key, value)
  return after
}

function samePair(a: PemPair | undefined, b: PemPair | undefined): boolean {
  return a?.cert === b?.cert && a?.key === b?.key
}
