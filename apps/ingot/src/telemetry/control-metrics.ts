import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Generation } from '../control/control-loop.ts'
import type { MetricsSnapshot } from '../data-plane/data-plane.ts'
import { addOpenFiles } from './open-files.ts'

/** When a certificate runs out. */
export interface CertificateExpiry {
  readonly name: string
  readonly validTo: Date
}

/** How many certificates are told by name. */
const maxCertificates = 1_000

/**
 * Those of prom-client that go over every connection at each scrape, in the thread that serves: 60 ms for ten thousand.
 * `ingot_connections` and `process_open_fds` tell as much.
 */
const perConnection = [
  ...['nodejs_active_handles', 'nodejs_active_handles_total', 'nodejs_active_requests', 'nodejs_active_requests_total'],
  ...['nodejs_active_resources', 'nodejs_active_resources_total', 'process_open_fds'],
]

/** Metrics of everything but traffic: configuration, certificates, workers, the process. */
export class ControlMetrics {
  readonly registry = new Registry()
  readonly #generation = this.#gauge('ingot_config_generation', 'The number of the configuration that is live, from 1.')
  readonly #reloads = this.#counter(
    'ingot_config_reloads_total',
    'Configurations that were to become live, and whether they did.',
    ['result'],
  )
  readonly #lastSuccessful = this.#gauge(
    'ingot_config_last_reload_successful',
    'Whether everything in the last configuration was taken over: 0 if it failed, or if objects are held at an older version.',
  )
  readonly #lastSuccess = this.#gauge(
    'ingot_config_last_reload_success_timestamp_seconds',
    'When the configuration that is live went live.',
  )
  readonly #held = this.#gauge(
    'ingot_config_held_objects',
    'Objects that are served in an older version because the newest cannot be.',
  )
  readonly #routes = this.#gauge('ingot_routes', 'Routes that are live.')
  readonly #backends = this.#gauge('ingot_backends', 'Backends of routes, by whether they have endpoints.', ['state'])
  readonly #diagnostics = this.#gauge(
    'ingot_diagnostics',
    'Findings about the objects behind the configuration that is live.',
    ['severity'],
  )
  readonly #expiry = this.#gauge(
    'ingot_tls_certificate_expiry_timestamp_seconds',
    'When a certificate that is served runs out.',
    ['certificate'],
  )
  readonly #certificateProblems = this.#gauge('ingot_tls_certificate_problems', 'Certificates that cannot be served.')
  readonly #watches = this.#gauge(
    'ingot_cluster_watches',
    'Kinds and objects that are followed in the cluster, by whether the last try to do so succeeded.',
    ['state'],
  )
  readonly #leading = this.#gauge('ingot_cluster_leading', 'Whether this replica writes status and Events.')
  readonly #workers = this.#gauge('ingot_workers', 'Threads that serve traffic.')
  readonly #workerRestarts = this.#counter('ingot_worker_restarts_total', 'Threads that died and were replaced.')

  /** The watches, if one of them has changed since somebody asked. */
  #uncounted: (() => readonly { readonly connected: boolean }[]) | undefined

  constructor(version: string, droppedLines: () => number) {
    collectDefaultMetrics({ register: this.registry })
    for (const name of perConnection) this.registry.removeSingleMetric(name)
    addOpenFiles(this.registry)
    this.#gauge('ingot_build_info', 'The version that runs, as a label.', ['version']).set({ version }, 1)
    for (const result of ['success', 'failure']) this.#reloads.inc({ result }, 0)
    const dropped = this.#counter('ingot_log_lines_dropped_total', 'Log lines that nobody took in time.')
    let before = 0
    // prom-client asks when it is asked.
    Object.assign(dropped, {
      collect() {
        const now = droppedLines()
        dropped.inc(now - before)
        before = now
      },
    })
  }

  wentLive({ number, held, counts }: Pick<Generation, 'number' | 'held' | 'counts'>): void {
    this.#generation.set(number)
    this.#reloads.inc({ result: 'success' })
    this.#lastSuccessful.set(held === 0 ? 1 : 0)
    this.#lastSuccess.setToCurrentTime()
    this.#held.set(held)
    const { routes, backends, findings } = counts
    this.#routes.set(routes)
    this.#backends.set({ state: 'available' }, backends.available)
    this.#backends.set({ state: 'unavailable' }, backends.all - backends.available)
    for (const severity of ['error', 'warning', 'info'] as const)
      this.#diagnostics.set({ severity }, findings[severity])
  }

  reloadFailed(): void {
    this.#reloads.inc({ result: 'failure' })
    this.#lastSuccessful.set(0)
  }

  certificatesLoaded(certificates: Iterable<CertificateExpiry>, problems: number): void {
    this.#expiry.reset()
    for (const { name, validTo } of [...certificates].slice(0, maxCertificates)) {
      this.#expiry.set({ certificate: name }, validTo.getTime() / 1_000)
    }
    this.#certificateProblems.set(problems)
  }

  /** There may be a watch for each Secret, so they are counted when somebody asks. */
  clusterFollowed(watches: () => readonly { readonly connected: boolean }[]): void {
    this.#uncounted = watches
  }

  #countWatches(watches: readonly { readonly connected: boolean }[]): void {
    const connected = watches.filter(watch => watch.connected).length
    this.#watches.set({ state: 'connected' }, connected)
    this.#watches.set({ state: 'failing' }, watches.length - connected)
  }

  leads(leading: boolean): void {
    this.#leading.set(leading ? 1 : 0)
  }

  workersAlive(count: number): void {
    this.#workers.set(count)
  }

  workerRestarted(): void {
    this.#workerRestarts.inc()
  }

  async snapshot(): Promise<MetricsSnapshot> {
    if (this.#uncounted !== undefined) this.#countWatches(this.#uncounted())
    this.#uncounted = undefined
    return (await this.registry.getMetricsAsJSON()) as unknown as MetricsSnapshot
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] })
  }
}
