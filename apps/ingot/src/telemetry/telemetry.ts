import type { CertificateProblem } from '@ingot/proxy'
import type { Logger } from 'pino'
import type { ReflectorHealth } from '../cluster/reflector.ts'
import type { Generation } from '../control/control-loop.ts'
import type { DataPlane } from '../data-plane/data-plane.ts'
import { renderSnapshots } from '../data-plane/metrics-snapshots.ts'
import { ClusterLog } from './cluster-log.ts'
import { type CertificateExpiry, ControlMetrics } from './control-metrics.ts'
import { DiagnosticLog } from './diagnostic-log.ts'
import { type LogFormat, LogSink } from './log-sink.ts'
import { createLogger } from './traffic-telemetry.ts'

/** What the program says of itself, traffic apart: its log, and its metrics. */
export class Telemetry {
  /** Where all lines go, those of traffic too. */
  readonly lines: LogSink
  readonly log: Logger
  readonly #metrics: ControlMetrics
  readonly #diagnostics: DiagnosticLog
  readonly #cluster: ClusterLog
  #certificateProblems = ''

  constructor({ level, format }: { level: string; format: LogFormat | 'auto' }, version: string) {
    this.lines = new LogSink(format === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : format)
    this.log = createLogger(level, this.lines)
    this.#metrics = new ControlMetrics(version, () => this.lines.dropped)
    this.#diagnostics = new DiagnosticLog(this.log)
    this.#cluster = new ClusterLog(this.log)
  }

  /** A configuration has gone live. */
  wentLive(generation: Generation): void {
    this.#metrics.wentLive(generation)
    const { isWhole, findings } = generation.changes
    this.#diagnostics.take({ isWhole, ...findings })
  }

  /** Logs what is live, and findings that are new. */
  describe({ number, counts: { routes, backends } }: Generation): void {
    this.#diagnostics.report()
    this.log.info({ generation: number, routes, backends: backends.all }, 'configuration live')
  }

  /** A configuration could not go live; the one before stays. */
  reloadFailed(error: unknown): void {
    this.#metrics.reloadFailed()
    this.log.error({ err: error }, 'a change could not be taken over')
  }

  /** Which certificates can be served now, and which cannot. */
  certificatesLoaded(certificates: Iterable<CertificateExpiry>, problems: readonly CertificateProblem[]): void {
    this.#metrics.certificatesLoaded(certificates, problems.length)
    const messages = problems.map(({ message }) => message).join('\n')
    if (messages === this.#certificateProblems) return
    this.#certificateProblems = messages
    for (const { code, certificate, host, message } of problems) this.log.error({ code, certificate, host }, message)
  }

  /** The way to the cluster has changed: `changed` is what has, `watches` gives all there is. */
  clusterFollowed(changed: ReflectorHealth, watches: () => readonly ReflectorHealth[]): void {
    this.#metrics.clusterFollowed(watches)
    this.#cluster.followed(changed)
  }

  /** This replica has begun or ceased to lead. */
  leads(leading: boolean): void {
    this.#metrics.leads(leading)
    this.log.info({ leading }, leading ? 'this replica leads' : 'this replica does not lead')
  }

  workersAlive(count: number): void {
    this.#metrics.workersAlive(count)
  }

  workerDied(error: Error | undefined, delay: number): void {
    this.#metrics.workerRestarted()
    this.log.error({ err: error, replacedAfterMs: delay }, 'a worker died')
  }

  /** Everything that is counted, as Prometheus reads it. */
  async metrics(dataPlane: Pick<DataPlane, 'metrics'>): Promise<string> {
    return renderSnapshots([await this.#metrics.snapshot(), ...(await dataPlane.metrics())])
  }
}
