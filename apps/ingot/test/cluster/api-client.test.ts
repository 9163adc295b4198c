import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpsServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { plainConnection } from '../../src/cluster/api-connection.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { configMaps, ingresses, resourcePath, secrets } from '../../src/cluster/api-resources.ts'
import { connectionTo } from '../../src/cluster/connection.ts'
import { inClusterConnection, isInCluster } from '../../src/cluster/in-cluster.ts'
import { type ApiServer, startApiServer } from './api-server.ts'
import { clientName, testCertificates } from './test-certificates.ts'
import { clientOf, configMap } from './test-clusters.ts'

let server: ApiServer
let folder: string
const clients: ApiClient[] = []

beforeAll(async () => {
  server = await startApiServer()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-client-'))
})
afterEach(async () => {
  server.faults.clear()
  server.tokens.clear()
  vi.unstubAllEnvs()
  await Promise.all(clients.splice(0).map(client => client.close()))
  await rm(folder, { recursive: true })
})
afterAll(() => server.stop())

function kept(client: ApiClient): ApiClient {
  clients.push(client)
  return client
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    error => error,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error
}

describe('what an API client does when it does not get what it asks for', () => {
  const list = (options = {}) => kept(clientOf(server, options)).list(configMaps)

  it('it has the code and the reason of the Status, and how long to wait', async () => {
    server.faults.add({}, { answer: 429, reason: 'TooManyRequests', retryAfter: 7 })
    expect(await failure(list())).toMatchObject({ code: 429, reason: 'TooManyRequests', retryAfter: 7_000 })
  })

  it('it gives up an API server that takes too long', async () => {
    server.faults.add({}, { hang: true })
    expect(await failure(list({ timeout: 100 }))).toMatchObject({ code: 0, reason: 'TimedOut' })
  })

  it('it says that an API server cannot be reached', async () => {
    server.faults.add({}, { reset: true })
    expect(await failure(list())).toMatchObject({ code: 0, reason: 'Unreachable' })
    const nobody = kept(clientOf({ url: 'http://127.0.0.1:1' }))
    expect(await failure(nobody.list(configMaps))).toMatchObject({
      code: 0,
      reason: 'Unreachable',
      message: 'The API server at http://127.0.0.1:1 cannot be reached (ECONNREFUSED)',
    })
  })

  it('an abort keeps its reason', async () => {
    server.faults.add({}, { hang: true })
    const reason = new Error('enough')
    const promise = kept(clientOf(server)).list(configMaps, { signal: AbortSignal.abort(reason) })
    await expect(promise).rejects.toBe(reason)
  })

  it('its errors hold no credentials', async () => {
    server.tokens.add('right')
    const headers = { authorization: 'Bearer very-secret' }
    const client = kept(new ApiClient(plainConnection(server.url, { headers })))
    const error = await failure(client.create(configMaps, configMap('default', 'x', { key: 'very-secret' })))
    expect(error).toMatchObject({ code: 401, reason: 'Unauthorized' })
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('very-secret')
  })
})

describe('paths', () => {
  it('lead to one object whatever its name is', () => {
    expect(resourcePath(ingresses, { namespace: 'a', name: 'b', subresource: 'status' })).toBe(
      '/apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status',
    )
    expect(resourcePath(secrets, { namespace: 'a/../b', name: 'c?d#e' })).toBe(
      '/api/v1/namespaces/a%2F..%2Fb/secrets/c%3Fd%23e',
    )
  })

  it.each(['', '.', '..'])('never lead to a name that is %j', name => {
    expect(() => resourcePath(secrets, { namespace: 'a', name })).toThrow(TypeError)
  })
})

describe('a kubeconfig', () => {
  async function write(cluster: object, user: object, namespace = 'team'): Promise<string> {
    const file = join(folder, 'config')
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'me', user }],
      contexts: [
        { name: 'usual', context: { cluster: 'here', user: 'me', namespace } },
        { name: 'other', context: { cluster: 'here', user: 'me', namespace: 'elsewhere' } },
      ],
      'current-context': 'usual',
    }
    await writeFile(file, stringify(content))
    return file
  }

  async function connect(file: string, context?: string): Promise<ApiClient> {
    return kept(new ApiClient(await connectionTo({ kubeconfig: file, context }), { timeout: 5_000 }))
  }

  it('leads to its API server over plain HTTP, with its token', async () => {
    server.tokens.add('right')
    const client = await connect(await write({ server: server.url }, { token: 'right' }))
    expect((await client.list(configMaps)).items).toEqual([])
    expect(client.namespace).toBe('team')
    const wrong = await connect(await write({ server: server.url }, { token: 'wrong' }))
    expect(await failure(wrong.list(configMaps))).toMatchObject({ code: 401 })
  })

  it('is found where the environment says, and another context can be chosen', async () => {
    vi.stubEnv('KUBECONFIG', await write({ server: server.url }, {}))
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined)
    expect(kept(new ApiClient(await connectionTo({}))).namespace).toBe('team')
    expect(kept(new ApiClient(await connectionTo({ context: 'other' }))).namespace).toBe('elsewhere')
  })

  it('that cannot be read or names no cluster is refused, with what there is', async () => {
    const file = await write({ server: server.url }, {})
    await expect(connectionTo({ kubeconfig: file, context: 'missing' })).rejects.toThrow(
      /no context missing. It has: \w/,
    )
    await expect(connectionTo({ kubeconfig: join(folder, 'missing') })).rejects.toThrow(/cannot be read: .*missing/)
  })

  it('that is not there is missed, where no cluster is around', async () => {
    vi.stubEnv('KUBECONFIG', join(folder, 'missing'))
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined)
    await expect(connectionTo({})).rejects.toThrow(/no cluster to follow/)
  })

  it('with the file of a token: what is in it by now counts, wherever the program runs', async () => {
    server.tokens.add('first')
    await writeFile(join(folder, 'my-token'), 'first\n')
    const client = await connect(await write({ server: server.url }, { tokenFile: 'my-token' }))
    expect((await client.list(configMaps)).items).toEqual([])
    server.tokens.clear()
    server.tokens.add('second')
    await writeFile(join(folder, 'my-token'), 'second\n')
    expect((await client.list(configMaps)).items).toEqual([])
  })

  it('with a plugin: a token that is refused is asked for again', async () => {
    const script = join(folder, 'token.mjs')
    const tokenFile = join(folder, 'token')
    await writeFile(
      script,
      `import { readFileSync } from 'node:fs'
       const token = readFileSync(${JSON.stringify(tokenFile)}, 'utf8')
       console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }))`,
    )
    await writeFile(tokenFile, 'first')
    server.tokens.add('first')
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [script],
      interactiveMode: 'Never',
    }
    const client = await connect(await write({ server: server.url }, { exec }))
    await client.list(configMaps)
    server.tokens.clear()
    server.tokens.add('second')
    await writeFile(tokenFile, 'second')
    expect((await client.list(configMaps)).items).toEqual([])
  })
})

describe('over TLS', () => {
  let https: Server
  let url: string
  const peers: (string | undefined)[] = []

  beforeAll(async () => {
    const { ca, server: pair } = await testCertificates()
    https = createHttpsServer({ ...pair, ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      peers.push((request.socket as TLSSocket).getPeerCertificate()?.subject?.CN as string | undefined)
      const authorization = request.headers.authorization ?? 'none'
      const items = [{ metadata: { name: authorization } }]
      response.end(
        JSON.stringify({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items }),
      )
    })
    await new Promise<void>(resolve => https.listen(0, '127.0.0.1', resolve))
    url = `https://127.0.0.1:${(https.address() as AddressInfo).port}`
  })
  afterAll(() => {
    https.closeAllConnections()
    https.close()
  })

  it('a kubeconfig brings its authority and its client certificate', async () => {
    const { ca: issuer, client: pair } = await testCertificates()
    const [ca, cert, key] = [issuer, pair.cert, pair.key].map(text => Buffer.from(text).toString('base64'))
    const file = join(folder, 'config')
    const content = {
      clusters: [{ name: 'here', cluster: { server: url, 'certificate-authority-data': ca } }],
      users: [{ name: 'me', user: { 'client-certificate-data': cert, 'client-key-data': key } }],
      contexts: [{ name: 'usual', context: { cluster: 'here', user: 'me' } }],
      'current-context': 'usual',
    }
    await writeFile(file, stringify(content))
    const client = kept(new ApiClient(await connectionTo({ kubeconfig: file })))
    await client.list(configMaps)
    expect(peers.at(-1)).toBe(clientName)
  })

  it('an API server that the authority does not vouch for is refused', async () => {
    const client = kept(new ApiClient(plainConnection(url)))
    const before = peers.length
    expect(await failure(client.list(configMaps))).toMatchObject({ reason: 'Unreachable' })
    expect(peers.length).toBe(before)
  })

  it('a Pod uses the service account that is mounted, and its new token when it is renewed', async () => {
    const { hostname, port } = new URL(url)
    vi.stubEnv('KUBERNETES_SERVICE_HOST', hostname)
    vi.stubEnv('KUBERNETES_SERVICE_PORT', port)
    expect(isInCluster(folder)).toBe(false)
    await writeFile(join(folder, 'token'), 'first\n')
    await writeFile(join(folder, 'namespace'), 'ingot-system')
    await writeFile(join(folder, 'ca.crt'), (await testCertificates()).ca)
    expect(isInCluster(folder)).toBe(true)
    const connection = await inClusterConnection(folder)
    const client = kept(new ApiClient(connection))
    expect(client.namespace).toBe('ingot-system')
    expect((await client.list(configMaps)).items[0]?.metadata.name).toBe('Bearer first')
    await writeFile(join(folder, 'token'), 'second\n')
    expect((await connection.credentials(false)).headers.authorization).toBe('Bearer first')
    expect((await connection.credentials(true)).headers.authorization).toBe('Bearer second')
    expect((await client.list(configMaps)).items[0]?.metadata.name).toBe('Bearer second')
  })
})
