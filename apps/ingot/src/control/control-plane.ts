import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { RoutePolicies } from '../configuration/route-policies.ts'
import type { Configuration } from '../configuration/schema.ts'
import { workerCount } from '../configuration/traffic-options.ts'
import { matchingOptions, translateOptions } from '../configuration/translate-options.ts'
import { collectGarbage } from '../data-plane/collect-garbage.ts'
import type { DataPlane } from '../data-plane/data-plane.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { CertificateKeeper } from './certificate-keeper.ts'
import { type CertificateSource, type Generation, runControlLoop } from './control-loop.ts'
import { followCluster } from './follow-cluster.ts'
import { followFiles } from './follow-files.ts'
import { LaterCall } from './later-call.ts'

/** Reads objects, keeps what is live in step with them, and says so. */
export interface ControlPlane {
  /** What is live now. */
  readonly live: Generation | undefined
  /** Looks at all files again. */
  reload(): void
  /** Ends; what went live stays live. */
  stop(): Promise<void>
}

/** How long tickets of TLS sessions are encrypted with the same keys, in milliseconds. */
const ticketKeyLife = 12 * 60 * 60_000

/** How often a folder of certificates is looked at, in milliseconds. */
const certificateInterval = 30_000

/** Resolves once something is live. Rejects if the objects cannot be read at all. */
export async function startControlPlane(
  configuration: Configuration,
  dataPlane: DataPlane,
  telemetry: Telemetry,
): Promise<ControlPlane> {
  const reloads = new EventEmitter<{ reload: [] }>()
  const objects = configuration.cluster.enabled
    ? await followCluster(configuration, telemetry)
    : followFiles(configuration, reloads, telemetry)
  const certificates = certificateSource(configuration, dataPlane, reloads, telemetry)
  const firstLive = Promise.withResolvers<void>()
  let live: Generation | undefined
  const describe = new LaterCall(() => live && telemetry.describe(live), { quiet: 100, limit: 1_000 })
  const loop = runControlLoop({
    ...{ source: objects.source, dataPlane, certificates, policies: new RoutePolicies(configuration) },
    translate: translateOptions(configuration),
    matching: matchingOptions(configuration),
    resolve: configuration.resolve,
    sharesRoutes: workerCount(configuration) > 1,
    onLive: generation => {
      live = generation
      telemetry.wentLive(generation)
      objects.onLive?.(generation)
      // Going through all that is live takes longer than a change.
      describe.ask()
      if (generation.number === 1) describe.flush()
      firstLive.resolve()
    },
    onFailure: error => telemetry.reloadFailed(error),
  })
  await Promise.race([firstLive.promise, loop])
  // Nobody is listened to yet.
  collectGarbage()
  // From here on whatever happens to the source, what is live stays live.
  loop.catch(error => telemetry.reloadFailed(error))
  return {
    get live() {
      return live
    },
    reload: () => void reloads.emit('reload'),
    stop: () => objects.stop(),
  }
}

function certificateSource(
  { listen, tls }: Configuration,
  dataPlane: DataPlane,
  reloads: EventEmitter<{ reload: [] }>,
  telemetry: Telemetry,
): CertificateSource | undefined {
  if (listen.httpsPort === undefined) return undefined
  const keeper = new CertificateKeeper({
    ...{ folder: tls.certDir, default: tls.defaultCertificate },
    onLoaded: (certificates, problems) => telemetry.certificatesLoaded(certificates, problems),
  })
  keepTicketKeysFresh(dataPlane, telemetry)
  if (tls.certDir !== undefined) keepCertificatesFresh(keeper, dataPlane, reloads, telemetry)
  return keeper
}

/** Whoever learns the keys one day cannot read what was said long before. */
function keepTicketKeysFresh(dataPlane: DataPlane, telemetry: Telemetry): void {
  const renew = () => dataPlane.apply({ ticketKeys: randomBytes(48) }).catch(error => telemetry.reloadFailed(error))
  setInterval(renew, ticketKeyLife).unref()
}

/** Certificates are renewed where nobody watches: by a timer, and when all is read again. */
function keepCertificatesFresh(
  keeper: CertificateKeeper,
  dataPlane: DataPlane,
  reloads: EventEmitter<{ reload: [] }>,
  telemetry: Telemetry,
): void {
  const reread = async () => {
    try {
      const certificates = await keeper.reread()
      if (certificates !== undefined) await dataPlane.apply({ certificates })
    } catch (error) {
      telemetry.reloadFailed(error)
    }
  }
  setInterval(reread, certificateInterval).unref()
  reloads.on('reload', reread)
}
