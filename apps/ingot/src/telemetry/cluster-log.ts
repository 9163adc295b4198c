import type { Logger } from 'pino'
import type { ReflectorHealth } from '../cluster/reflector.ts'

/** Says how the cluster is followed, once for what stays the same. */
export class ClusterLog {
  readonly #log: Logger
  /** What was wrong the last time, for each kind and namespace. */
  readonly #wrong = new Map<string, string>()

  constructor(log: Logger) {
    this.#log = log
  }

  followed(health: ReflectorHealth): void {
    const { kind, namespace, connected, failures } = health
    const key = `${kind} ${namespace}`
    if (connected) {
      this.#wrong.delete(key)
      this.#log.info({ kind, namespace, failures }, 'following the cluster')
    } else this.#failed(key, health)
  }

  /** A line for what is new, and else at the second, fourth, eighth failure and so on: in an hour some seven. */
  #failed(key: string, { kind, namespace, failures, error }: ReflectorHealth): void {
    const wrong = error?.message ?? ''
    if (this.#wrong.get(key) === wrong && (failures & (failures - 1)) !== 0) return
    this.#wrong.set(key, wrong)
    this.#log.warn(
      { kind, namespace, failures, error: error?.message },
      'the cluster cannot be followed; what is live stays live',
    )
  }
}
