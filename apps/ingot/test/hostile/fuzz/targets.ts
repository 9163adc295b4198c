import { strict as assert } from 'node:assert'
import type { IncomingMessage } from 'node:http'
import { compile, fromShared, normaliseHost, normalisePath, SharedFormError, toShared } from '@ingot/core'
import { readManifests, translate } from '@ingot/kubernetes'
import { readProxyHeader } from '../../../../../packages/proxy/src/listener/proxy-header.ts'
import { readRequestTarget } from '../../../../../packages/proxy/src/request/request-target.ts'
import { ResponseParser } from '../../../../../packages/proxy/src/transport/http1-response-parser.ts'
import { ConfigurationError, readConfiguration } from '../../../src/configuration/read-configuration.ts'

/** Something that reads what others wrote. */
export interface FuzzTarget {
  readonly name: string
  /** Good inputs to begin with. */
  readonly seeds: readonly Buffer[]
  /** Throws if the input shows a bug: an exception nobody promised, or a result that contradicts itself. */
  readonly run: (input: Buffer) => void
  /** Pieces that tell such inputs apart, which a mutation may put in. */
  readonly words: readonly string[]
}

const latin1 = (...texts: string[]) => texts.map(text => Buffer.from(text, 'latin1'))

const manifest = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: a, namespace: b, annotations: { nginx.ingress.kubernetes.io/auth-url: x } }
spec:
  ingressClassName: c
  defaultBackend: { service: { name: d, port: { name: http } } }
  tls: [{ hosts: ["*.a.test"], secretName: s }]
  rules:
    - host: "*.a.test"
      http: { paths: [{ path: /x/, pathType: Prefix, backend: { service: { name: e, port: { number: 80 } } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: e, namespace: b }
spec: { type: ClusterIP, ports: [{ port: 80, targetPort: 8080, name: http }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: e-1, namespace: b, labels: { kubernetes.io/service-name: e } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: [10.0.0.1], conditions: { ready: true } }]
`

/** What makes YAML more than text. */
const yamlSigns = ['- ', '{', '}', '[', ']', '&a ', '*a', '<<: ']

const manifests: FuzzTarget = {
  name: 'manifests',
  seeds: latin1(manifest, '{"apiVersion":"v1","kind":"List","items":[]}', '&a [*a]\n--- {}\n...\n'),
  words: ['---\n', ...yamlSigns, '!!binary ', '"', "'", '|\n', '\t', '%YAML 1.1\n', 'null', '1e999'],
  run(input) {
    const { objects } = readManifests(input.toString('utf8'), { file: 'fuzz.yaml', maxLength: 64 * 1024 })
    const { table } = translate(objects, { mode: 'files' })
    compile(table)
  },
}

const shared = toShared(
  compile({
    routes: [
      { host: 'a.test', path: '/x', pathType: 'Prefix', target: 1 },
      { host: '*.test', path: '/', pathType: 'Exact', target: 2 },
    ],
  }),
)

const compiledForm: FuzzTarget = {
  name: 'compiled-form',
  seeds: [Buffer.from(new Uint8Array(shared.buffer))],
  words: ['\0\0\0\0', '\xff\xff\xff\xff', '\x01\0\0\0'],
  run(input) {
    const buffer = new SharedArrayBuffer(input.length)
    new Uint8Array(buffer).set(input)
    try {
      const matcher = fromShared({ ...shared, buffer })
      assert.equal(matcher.match('a.test', '/x/y')?.route.target, 1)
    } catch (error) {
      if (!(error instanceof SharedFormError)) throw error
    }
  },
}

const head = { host: 'a.test' } as Parameters<typeof readRequestTarget>[1]

const requestTarget: FuzzTarget = {
  name: 'request-target',
  seeds: latin1('/a/../b?c', 'http://a.test:80/x', '*', '/%2e%2e/%41;x/%2F', 'https://[::1]/?'),
  words: ['/', '..', '.', '%2e', '%2F', '%5c', '%00', '%', '?', '#', ';', '@', 'http://', ':', '\\', '%c0%ae'],
  run(input) {
    const request = { url: input.toString('latin1'), httpVersionMajor: 1, method: 'GET', headers: {} }
    const target = readRequestTarget(request as unknown as IncomingMessage, head, {})
    if (!('path' in target)) return
    assert.equal(normalisePath(target.path), target.path)
    assert.match(target.path, /^\/[!-~]*$/)
    assert.equal(target.path.split('/').includes('..'), false)
  },
}

const host: FuzzTarget = {
  name: 'host',
  seeds: latin1('a.test', 'A.Test.:8080', '[::1]:80', '127.0.0.1', 'xn--bcher-kva.test'),
  words: ['.', ':', '[', ']', '@', '%', '/', '-', '_', '*', '::', ' ', '65536'],
  run(input) {
    const first = normaliseHost(input.toString('latin1'))
    if (typeof first !== 'string') return
    assert.equal(normaliseHost(first), first)
    assert.match(first, /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/)
  },
}

const version2 = '\r\n\r\n\0\r\nQUIT\n'

const proxyProtocol: FuzzTarget = {
  name: 'proxy-protocol',
  seeds: latin1(
    'PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nGET / HTTP/1.1\r\n',
    'PROXY TCP6 2001:db8::1 2001:db8::2 1000 443\r\n',
    'PROXY UNKNOWN\r\n',
    `${version2}\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\0\x50`,
    `${version2}\x20\0\0\0`,
  ),
  words: ['PROXY ', 'TCP4 ', 'TCP6 ', '\r\n', version2, '\x21', '\x20', '\xff\xff', '::', '65536'],
  run(input) {
    const whole = readProxyHeader(input)
    // Who has said that more bytes cannot help may not change his mind when they come.
    for (let length = 0; length < Math.min(input.length, 64); length++) {
      const part = readProxyHeader(input.subarray(0, length))
      if (part !== undefined) return assert.deepEqual(part, whole)
    }
  },
}

const configuration: FuzzTarget = {
  name: 'configuration',
  seeds: latin1(
    'listen: { host: 127.0.0.1, port: 8080 }\nroutes:\n  totalTimeout: 15m\n  maxBodyBytes: 10MiB\n',
    'kubernetes: { hostOwnership: { a.test: [team] } }\noverrides:\n  - match: { namespace: a }\n    headTimeout: 5s\n',
    '{"upstreams":{"maxConcurrency":200},"drain":{"delay":"10s"}}',
  ),
  words: ['listen', 'routes', 'kubernetes', ': ', ...yamlSigns, '10s', '-1', '1e999', 'MiB', '\n  '],
  run(input) {
    try {
      readConfiguration({ file: 'ingot.yaml', text: input.toString('utf8') }, noFlags)
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
    }
  },
}

const noFlags: Parameters<typeof readConfiguration>[1] = { values: {}, flags: new Map() }

const response: FuzzTarget = {
  name: 'response',
  seeds: latin1(
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX: y\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.0 200\r\nConnection: keep-alive\r\n\r\nuntil the end',
  ),
  words: [
    '\r\n',
    '\n',
    '\r',
    'Content-Length: ',
    'Transfer-Encoding: chunked',
    '0\r\n\r\n',
    ':',
    '\0',
    'ffffffffffffffff',
    'HTTP/1.1 ',
    '101',
  ],
  run(input) {
    // What a response is does not depend on where the network cut it.
    assert.deepEqual(parse([...input].map(byte => Buffer.from([byte]))), parse([input]))
  },
}

function parse(pieces: readonly Buffer[]): unknown {
  const heard: unknown[] = []
  let body = ''
  const parser = new ResponseParser(
    {
      onInformation: (status, headers) => heard.push(status, headers),
      onHead: ({ status, headers, contentLength }) => heard.push(status, headers, contentLength),
      onBody: chunk => {
        body += chunk.toString('latin1')
      },
      onComplete: trailers => heard.push(trailers),
    },
    4_096,
  )
  parser.begin(false)
  for (const piece of pieces) {
    if (parser.isDone) break
    const result = parser.execute(piece)
    if (typeof result === 'string') return { heard, problem: true }
  }
  return { heard, body, done: parser.isDone }
}

/** Everything that is fuzzed. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...[manifests, compiledForm, requestTarget, host, proxyProtocol, configuration, response],
]
