import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authority, authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { IngotProcess, type StartOptions } from './ingot-process.ts'

/** `ingot serve` with HTTP and HTTPS for some hosts. */
export interface SecureServing {
  readonly ingot: IngotProcess
  readonly ca: Authority
  [Symbol.asyncDispose](): Promise<void>
}

/** Where the paths of each host lead: `{ 'a.test': { '/': 'web' } }`. Each host has a certificate of its own. */
export type HostPaths = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Starts the program; `resolve` says at which ports of this machine the Services are. */
export async function serveSecurely(
  hosts: HostPaths,
  resolve: Readonly<Record<string, number>>,
  flags: readonly string[] = [],
  options: StartOptions = {},
): Promise<SecureServing> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  const ca = await authority()
  for (const [host, paths] of Object.entries(hosts)) {
    const name = host.replaceAll(/[^a-z0-9]/g, '-')
    await writeFile(join(folder, `${name}.json`), JSON.stringify(securedIngress(name, host, paths)))
    await writeFile(join(folder, `${name}-tls.json`), JSON.stringify(secret(`${name}-tls`, await ca.issue([host]))))
  }
  const services = Object.entries(resolve).flatMap(([name, port]) => ['--resolve', `${name}=127.0.0.1:${port}`])
  const ingot = await IngotProcess.serveWith(options, '-f', folder, '--https-port', '0', ...services, ...flags)
  return {
    ...{ ingot, ca },
    async [Symbol.asyncDispose]() {
      await ingot.stop('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

function securedIngress(name: string, host: string, paths: HostPaths[string]): object {
  const http = {
    paths: Object.entries(paths).map(([path, service]) => {
      return { path, pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }
    }),
  }
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace: 'default' } },
    spec: { rules: [{ host, http }], tls: [{ hosts: [host], secretName: `${name}-tls` }] },
  }
}

function secret(name: string, { cert, key }: { cert: string | Buffer; key: string | Buffer }): object {
  const data = { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', data }
}
