import type { BackendId } from '@ingot/kubernetes'
import type { BackendDescription } from '@ingot/proxy'
import { changeCertificates } from './certificate-changes.ts'
import type { RouteChanges, TrafficUpdate } from './traffic-update.ts'

/**
 * One update that does what all have done so far: what a thread is told that starts late. One more is added in time that
 * depends on it alone.
 */
export class ToldUpdates {
  readonly #backends = new Map<BackendId, BackendDescription>()
  #rest: Omit<TrafficUpdate, 'changes' | 'backends' | 'certificateChanges'> = {}
  #changes: OwnChanges | undefined

  /** What was told so far, which grows with the next `add`. */
  get all(): TrafficUpdate {
    return {
      ...this.#rest,
      ...(this.#changes && { changes: this.#changes }),
      ...(this.#backends.size > 0 && { backends: this.#backends }),
    }
  }

  add({ changes, backends, certificateChanges, ...rest }: TrafficUpdate): void {
    Object.assign(this.#rest, rest)
    if (certificateChanges !== undefined) this.#addCertificates(certificateChanges)
    if (rest.routes !== undefined) this.#changes = undefined
    if (changes !== undefined) this.#addChanges(changes)
    for (const [id, backend] of backends ?? []) {
      // Whoever starts has nothing that could be gone.
      if (backend === undefined) this.#backends.delete(id)
      else this.#backends.set(id, backend)
    }
  }

  #addCertificates(changes: NonNullable<TrafficUpdate['certificateChanges']>): void {
    const { certificates = { pairs: new Map() } } = this.#rest
    this.#rest = { ...this.#rest, certificates: changeCertificates(certificates, changes) }
  }

  #addChanges({ hosts, policies, defaultTarget }: RouteChanges): void {
    this.#changes ??= { hosts: new Map(), policies: [] }
    for (const [host, routes] of hosts) this.#changes.hosts.set(host, routes)
    for (const policy of policies) this.#changes.policies.push(policy)
    if (defaultTarget !== undefined) this.#changes.defaultTarget = defaultTarget
  }
}

/** Changes that are one's own to grow. */
interface OwnChanges extends RouteChanges {
  readonly hosts: Map<string | undefined, RouteChanges['hosts'] extends ReadonlyMap<unknown, infer R> ? R : never>
  readonly policies: RouteChanges['policies'][number][]
  defaultTarget?: NonNullable<RouteChanges['defaultTarget']>
}
