import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiClient } from '../../../src/cluster/api-client.ts'
import { type ApiConnection, plainConnection } from '../../../src/cluster/api-connection.ts'
import { namespaces } from '../../../src/cluster/api-resources.ts'
import { freePorts, Program } from './child-process.ts'

/** A kube-apiserver and the etcd that it keeps its objects in, both on 127.0.0.1 and without any controller. */
export interface ControlPlane {
  readonly connection: ApiConnection
  /** Makes all versions before this one too old; before the newest, if absent. */
  compact(resourceVersion?: string): Promise<void>
  stop(): Promise<void>
}

/** How long the two may take to begin, in milliseconds. */
const patience = 90_000

const token = 'the-token-of-the-tests'

/** Starts both. Throws with the end of their logs if they do not begin to answer. */
export async function startControlPlane(kubeApiserver: string, etcd: string): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-control-plane-'))
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3)
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  const log = join(folder, 'log')
  const programs = [new Program(etcd, etcdArguments(folder, etcdUrl, `http://127.0.0.1:${peerPort}`), log)]
  const stop = async () => {
    // The API server first: it complains at length about an etcd that is gone.
    for (const program of programs.toReversed()) await program.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    programs.push(new Program(kubeApiserver, await apiServerArguments(folder, etcdUrl, apiPort), log))
    const connection = await untilReady(folder, `https://127.0.0.1:${apiPort}`, programs)
    return { connection, stop, compact: resourceVersion => compact(etcdUrl, resourceVersion) }
  } catch (error) {
    const lines = (await readFile(log, 'utf8')).trim().split('\n').slice(-15).join('\n')
    await stop()
    throw new Error(`The API server did not begin: ${lines}`, { cause: error })
  }
}

function etcdArguments(folder: string, clientUrl: string, peerUrl: string): string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
  ]
}

async function apiServerArguments(folder: string, etcdUrl: string, port: number): Promise<string[]> {
  const key = join(folder, 'service-account.key')
  const tokens = join(folder, 'tokens.csv')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  await writeFile(tokens, `${token},tests,tests,system:masters\n`, { mode: 0o600 })
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    // Nobody makes service accounts here.
    '--disable-admission-plugins=ServiceAccount',
    // Otherwise it answers for a while for versions that etcd has compacted.
    '--watch-cache=false',
  ]
}

async function untilReady(folder: string, server: string, programs: readonly Program[]): Promise<ApiConnection> {
  const deadline = performance.now() + patience
  const certificate = join(folder, 'certificates', 'apiserver.crt')
  for (;;) {
    if (!programs.every(program => program.running)) throw new Error('A program has ended')
    if (performance.now() > deadline) throw new Error('It took too long')
    if (existsSync(certificate)) {
      const ca = await readFile(certificate)
      const connection = plainConnection(server, { headers: { authorization: `Bearer ${token}` }, tls: { ca } })
      if (await isReady(connection)) return connection
    }
    await sleep(200)
  }
}

async function isReady(connection: ApiConnection): Promise<boolean> {
  const client = new ApiClient(connection, { timeout: 5_000 })
  try {
    await client.get(namespaces, { name: 'default' })
    return true
  } catch {
    return false
  } finally {
    await client.close()
  }
}

/** Through the JSON gateway of etcd. */
async function compact(etcdUrl: string, resourceVersion: string | undefined): Promise<void> {
  const revision = resourceVersion ?? (await ask(etcdUrl, 'range', { key: 'AA==' })).header.revision
  await ask(etcdUrl, 'compaction', { revision, physical: true })
}

async function ask(etcdUrl: string, what: string, body: object): Promise<{ header: { revision: string } }> {
  const response = await fetch(`${etcdUrl}/v3/kv/${what}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`etcd answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as { header: { revision: string } }
}
