import * as v from 'valibot'
import { parseResolveFlag } from '../resolve-entries.ts'
import { option, optional, section } from './option.ts'
import { override, routeEntries, upstreamEntries } from './route-options.schema.ts'
import { addressBlock, amount, bytes, count, duration, flag, port, positive, share, text } from './values.ts'

const oneOf = <const Names extends readonly string[]>(...names: Names) =>
  v.picklist(names, `${names.slice(0, -1).join(', ')} or ${names.at(-1)} is expected`)

const resolveEntry = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseResolveFlag(dataset.value)
    } catch (error) {
      addIssue({ message: (error as Error).message })
      return NEVER
    }
  }),
)

/** `NAMESPACE/SERVICE:PORT`, with the number or the name of a port. */
const defaultBackend = v.pipe(
  text,
  v.regex(/^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}:[a-z0-9-]{1,63}$/, 'NAMESPACE/SERVICE:PORT is expected'),
  v.transform(written => {
    const [namespace = '', name = '', port = ''] = written.split(/[/:]/)
    return { namespace, service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } }
  }),
)

const listen = section('Where clients reach the proxy.', {
  host: option(text, '0.0.0.0', { flag: 'host', value: 'address', about: 'The address to listen on.' }),
  port: option(port, 8080, { flag: 'port', about: 'The port for HTTP; 0 takes a free one.' }),
  httpsPort: optional(port, {
    flag: 'https-port',
    about: 'The port for HTTPS and HTTP/2; 0 takes a free one. Without it there is no HTTPS.',
  }),
  maxConnections: option(count, 20_000, {
    flag: 'max-connections',
    about: 'Client connections at once, shared out among the workers; further ones are closed. 0 is without limit.',
  }),
  maxConnectionsPerAddress: option(count, 0, {
    flag: 'max-connections-per-address',
    about:
      'The same for one client address in each worker, trusted proxies excepted. 0 is without limit: addresses that many clients share would suffer.',
  }),
  maxHeaderBytes: option(bytes, 16_384, {
    flag: 'max-header-bytes',
    value: 'size',
    about: 'The longest head of a request (431 beyond), as HTTP/1.1 spells it.',
  }),
  maxHeaders: option(count, 200, { flag: 'max-headers', about: 'The most fields of a request (431 beyond).' }),
  maxHeaderName: option(bytes, 256, {
    flag: 'max-header-name',
    value: 'size',
    about: "The longest name of a request's field (431 beyond).",
  }),
  headerTimeout: option(duration, '30s', {
    flag: 'header-timeout',
    value: 'time',
    about: 'How long the head of a request may take (408 beyond).',
  }),
  keepAliveTimeout: option(duration, '75s', {
    flag: 'keep-alive-timeout',
    value: 'time',
    about: 'How long a connection without a request is kept.',
  }),
  halfCloseTimeout: option(duration, '1s', {
    flag: 'half-close-timeout',
    value: 'time',
    about:
      'How long a client that has ended its side of a connection without TLS is served while nothing can be told to it, which alone shows whether it still listens; 1ms takes such an end for its leaving.',
  }),
  handshakeTimeout: option(duration, '10s', {
    flag: 'handshake-timeout',
    value: 'time',
    about: 'How long a TLS handshake may take.',
  }),
  http2: option(flag, true, { flag: 'http2', about: 'Whether HTTP/2 is offered over TLS.' }),
  maxConcurrentStreams: option(positive, 100, {
    flag: 'max-concurrent-streams',
    about: 'Requests at once on one HTTP/2 connection.',
  }),
  maxHeaderListBytes: optional(bytes, {
    flag: 'max-header-list-bytes',
    value: 'size',
    about:
      'The longest list of fields that HTTP/2 clients are told they may send, counted as RFC 9113 6.5.2 does (the request is reset beyond); without it twice the longest head.',
  }),
  http2SessionMemory: option(bytes, '10MiB', {
    flag: 'http2-session-memory',
    value: 'size',
    about: 'Memory for one HTTP/2 connection, in whole MiB (further requests are refused beyond).',
  }),
  http2Resets: option(count, 200, {
    flag: 'http2-resets',
    about: 'Requests at once that an HTTP/2 client may give up or get wrong (the connection is ended beyond).',
  }),
  http2ResetsPerSecond: option(amount, 20, {
    flag: 'http2-resets-per-second',
    about: 'The same a second in the long run.',
  }),
  proxyProtocol: option(v.array(addressBlock), [], {
    flag: 'proxy-protocol',
    value: 'cidr...',
    about:
      'Load balancers that say who the client is by the PROXY protocol, version 1 or 2. They must; all others are served without.',
  }),
})

const tls = section('Certificates, and what goes with them.', {
  certDir: optional(text, {
    flag: 'cert-dir',
    value: 'folder',
    about: 'A folder with pairs NAME.crt and NAME.key, or folders that hold tls.crt and tls.key, in PEM.',
  }),
  defaultCertificate: optional(text, {
    flag: 'default-certificate',
    value: 'name',
    about:
      'The certificate for hosts that have none of their own: NAMESPACE/NAME of a Secret, or NAME in the folder of certificates.',
  }),
  redirect: option(flag, true, {
    flag: 'https-redirect',
    about: 'Whether HTTP is sent to HTTPS (308) for hosts that have a usable certificate of their own.',
  }),
  redirectPort: optional(port, {
    flag: 'https-redirect-port',
    about: 'The port that clients reach HTTPS at; without it 443 if that is where it listens, else the port of HTTPS.',
  }),
})

const kubernetes = section('How manifests are understood.', {
  classes: optional(v.array(text), {
    flag: 'class',
    value: 'name...',
    about: 'Serve only Ingresses of these classes.',
  }),
  controller: optional(text, {
    flag: 'controller',
    value: 'name',
    about:
      'What `spec.controller` of an IngressClass says if it is to be served; without it ingot.dev/ingress-controller.',
  }),
  withoutClass: option(flag, false, {
    flag: 'without-class',
    about: 'Serve Ingresses that name no class although there are classes.',
  }),
  namespaces: optional(v.array(text), {
    flag: 'namespace',
    value: 'name...',
    about: 'Only these namespaces; without it all.',
  }),
  clusterDomain: option(text, 'cluster.local', {
    flag: 'cluster-domain',
    value: 'domain',
    about: 'Where headless Services have their DNS names.',
  }),
  externalNames: optional(v.array(text), {
    flag: 'external-name',
    value: 'host...',
    about:
      'Hosts that Services of type ExternalName may lead to: `api.example.com`, `*.example.com:443`. Without it none.',
  }),
  hostOwnership: optional(
    v.union(
      [v.literal('first-namespace'), v.record(v.string(), v.array(text))],
      'first-namespace, or a map from hosts to lists of namespaces is expected',
    ),
    {
      flag: 'host-ownership',
      value: 'first-namespace|map',
      about: 'Which namespaces may use which hosts: a map, or the first that has the host. Without it all may use all.',
    },
  ),
  defaultBackendScope: option(oneOf('host', 'global'), 'host', {
    flag: 'default-backend-scope',
    about: 'What the default backend of an Ingress with rules is for: the hosts of those rules, or everything.',
  }),
  globalDefaultBackend: option(
    v.union([oneOf('never', 'anyNamespace'), v.array(text)], 'never, anyNamespace or a list of namespaces is expected'),
    'anyNamespace',
    {
      flag: 'global-default-backend',
      value: 'never|anyNamespace|list',
      about: 'From which namespaces an Ingress may catch the requests of all hosts.',
    },
  ),
  defaultBackend: optional(defaultBackend, {
    flag: 'default-backend',
    value: 'namespace/service:port',
    about: 'The Service for requests that nothing else takes; without it they are answered 404.',
  }),
  ties: option(v.picklist(['ascending', 'descending']), 'ascending', {
    flag: 'ties',
    about:
      'Which of two equally old Ingresses wins: the first by namespace and name, or, as in ingress-nginx, the last.',
  }),
  profile: option(oneOf('ingot', 'ingress-nginx'), 'ingot', {
    flag: 'profile',
    about:
      'Whose ways are followed: with ingress-nginx its annotations are honoured (docs/migrate-from-ingress-nginx.md), of equally old Ingresses the last wins, and a backend may name a targetPort.',
  }),
  acceptTargetPort: option(flag, false, {
    flag: 'accept-target-port',
    about: 'Whether a backend may name a targetPort of its Service, as ingress-nginx lets it.',
  }),
  authUrls: option(v.array(text), [], {
    flag: 'auth-url-allow',
    value: 'place...',
    about:
      'Where auth-url annotations may lead besides Services of the namespace of their Ingress: https://auth.example.com, http://10.0.0.1:9000, or NAMESPACE/SERVICE and NAMESPACE/* for Services of other namespaces.',
  }),
  acceptedAnnotations: optional(
    v.union([v.literal('all'), v.array(text)], 'all or a list of annotations is expected'),
    {
      flag: 'accept-annotation',
      value: 'all|list',
      about:
        'Annotations that restrict access in other controllers and may be ignored; without it an Ingress with one that is unsupported is answered 503.',
    },
  ),
  sliceManagers: optional(v.array(text), {
    flag: 'slice-manager',
    value: 'name...',
    about: 'Only EndpointSlices that one of these manages; without it all.',
  }),
})

const cluster = section('A Kubernetes cluster as the source of objects.', {
  enabled: option(flag, false, { flag: 'cluster', about: 'Follow a cluster instead of files.' }),
  kubeconfig: optional(text, {
    flag: 'kubeconfig',
    value: 'file',
    about: 'A kubeconfig file. Without it the cluster this runs in, else $KUBECONFIG, else ~/.kube/config.',
  }),
  context: optional(text, { flag: 'context', value: 'name', about: 'A context in the kubeconfig.' }),
  ingressSelector: optional(text, {
    flag: 'ingress-selector',
    value: 'labels',
    about: 'Only Ingresses with these labels.',
  }),
  publishAddresses: optional(v.array(text), {
    flag: 'publish-address',
    value: 'address...',
    about: 'Addresses that are written into the status of the Ingresses that are served.',
  }),
  publishService: optional(text, {
    flag: 'publish-service',
    value: 'namespace/name',
    about: 'A Service whose addresses are written into the status of the Ingresses that are served.',
  }),
  clearStatusOnShutdown: option(flag, false, {
    flag: 'clear-status-on-shutdown',
    about: 'Whether the last replica takes these addresses off when it stops.',
  }),
  events: option(flag, true, { flag: 'events', about: 'Whether diagnostics are told as Events on the objects.' }),
  leaseNamespace: optional(text, {
    flag: 'lease-namespace',
    value: 'namespace',
    about: 'Where the Lease is by which one replica of several is chosen to write; without it the own namespace.',
  }),
  leaseName: option(text, 'ingot-leader', { flag: 'lease-name', value: 'name', about: 'The name of that Lease.' }),
})

const matching = section('How requests are matched.', {
  hostFallthrough: option(oneOf('none', 'wildcard', 'all'), 'none', {
    flag: 'host-fallthrough',
    about: 'Where a request goes whose host has no route for its path.',
  }),
  emptySegments: option(oneOf('merge', 'preserve', 'reject'), 'merge', {
    flag: 'empty-segments',
    about: 'What is done with `//`.',
  }),
  encodedSlash: option(oneOf('keep', 'reject', 'decode'), 'keep', {
    flag: 'encoded-slash',
    about: 'What is done with `%2F` and `%5C`.',
  }),
  aboveRoot: option(oneOf('clamp', 'refuse'), 'clamp', {
    flag: 'above-root',
    about: 'What is done with `..` that has nothing before it.',
  }),
  maxPathLength: option(count, 8192, { flag: 'max-path-length', about: 'The longest path (400 beyond).' }),
  maxPathElements: option(count, 1024, {
    flag: 'max-path-elements',
    about: 'The most elements of a path (400 beyond).',
  }),
})

const requests = section('What is believed of requests, and what of them is passed on.', {
  trustedProxies: option(v.array(addressBlock), [], {
    flag: 'trusted-proxy',
    value: 'cidr...',
    about: 'Peers whose X-Forwarded-* fields are believed.',
  }),
  keepUnderscores: option(flag, false, {
    flag: 'keep-underscores',
    about: 'Whether fields with an underscore in their name are passed on.',
  }),
  upgrades: option(v.array(text), ['websocket'], {
    flag: 'upgrade',
    value: 'protocol...',
    about: 'Protocols that a client may upgrade to, in lower case.',
  }),
  answerAsterisk: option(flag, false, {
    flag: 'answer-asterisk',
    about: 'Whether `OPTIONS *` is answered 204 instead of 400.',
  }),
})

const compression = section('Compression of responses for clients that want it.', {
  enabled: option(flag, false, { flag: 'compression', about: 'Whether responses are compressed at all.' }),
  encodings: optional(v.array(oneOf('zstd', 'br', 'gzip')), {
    flag: 'compression-encoding',
    value: 'name...',
    about: 'What is made, the best first; without it zstd, br, gzip.',
  }),
  types: optional(v.array(text), {
    flag: 'compression-type',
    value: 'type...',
    about: 'Media types, `text/*` among them, or suffixes such as `+json`; without it those that are worth it.',
  }),
  minBytes: option(bytes, '1KiB', {
    flag: 'compression-min',
    value: 'size',
    about: 'Below this a response of known length is left alone.',
  }),
  maxAtOnce: option(count, 256, {
    flag: 'compression-max-at-once',
    about: 'Responses at once, in each worker: more are sent as they are.',
  }),
})

const upstreams = section('Connections to endpoints, and how requests are spread over them.', {
  connectTimeout: option(duration, '5s', {
    flag: 'connect-timeout',
    value: 'time',
    about: 'How long connecting to an endpoint may take.',
  }),
  keepAlive: option(duration, '30s', {
    flag: 'upstream-keep-alive',
    value: 'time',
    about: 'How long an idle connection to an endpoint is kept.',
  }),
  maxResponseHead: option(bytes, '64KiB', {
    flag: 'max-response-head',
    value: 'size',
    about: "The longest head of an upstream's response (502 beyond).",
  }),
  ...upstreamEntries,
})

const admin = section('The server for operators; not to be exposed to clients.', {
  enabled: option(flag, true, { flag: 'admin', about: 'Whether there is one.' }),
  host: option(text, '127.0.0.1', { flag: 'admin-host', value: 'address', about: 'The address to listen on.' }),
  port: option(port, 8081, { flag: 'admin-port', about: 'Its port; 0 takes a free one.' }),
})

const log = section('What is written to standard output.', {
  level: option(oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info', {
    flag: 'log-level',
    about: 'The least that is logged.',
  }),
  format: option(oneOf('auto', 'json', 'text'), 'auto', {
    flag: 'log-format',
    about: 'One JSON object a line, or text for people; auto is text on a terminal and JSON otherwise.',
  }),
  access: option(flag, true, { flag: 'access-log', about: 'Whether each request gets a line.' }),
})

const metrics = section('What `/metrics` of the admin server tells.', {
  maxIngresses: option(count, 1_000, {
    flag: 'metrics-max-ingresses',
    about: 'For how many Ingresses requests are counted each by itself; the others are counted together.',
  }),
})

const tracing = section('OpenTelemetry spans.', {
  endpoint: optional(text, {
    flag: 'otlp-endpoint',
    value: 'url',
    about: 'Where spans are sent by OTLP over HTTP: `http://collector:4318`. Without it there are none.',
  }),
  sampleRatio: option(share, 1, {
    flag: 'trace-sample-ratio',
    value: 'number',
    about: 'The part of requests without a trace of their own that get one.',
  }),
})

const drain = section('What happens after SIGTERM.', {
  delay: option(duration, 0, {
    flag: 'drain-delay',
    value: 'time',
    about:
      'How long the proxy goes on accepting connections while `/readyz` already says no, so that load balancers notice.',
  }),
  timeout: option(duration, '30s', {
    flag: 'drain-timeout',
    value: 'time',
    about: 'How long requests then may take to end.',
  }),
})

const workersMessage = 'a number from 1 on, or auto, is expected'

/** Everything `ingot serve` can be told, in a file or by flags. */
export const configurationSchema = v.pipe(
  v.strictObject({
    files: option(v.array(text), [], {
      flag: 'filename',
      short: 'f',
      value: 'path...',
      about: 'Files or folders with manifests (.yaml, .yml, .json).',
    }),
    watch: option(flag, false, { flag: 'watch', about: 'Take over changes in the files as they happen.' }),
    resolve: option(v.array(resolveEntry), [], {
      flag: 'resolve',
      value: 'service=host:port...',
      about: 'Where Services are: `[NAMESPACE/]SERVICE[:PORT]=HOST:PORT[,HOST:PORT]`.',
    }),
    workers: option(v.union([v.pipe(count, v.minValue(1, workersMessage)), v.literal('auto')], workersMessage), 1, {
      flag: 'workers',
      value: 'n|auto',
      about: 'Threads that serve traffic; auto is one for each processor.',
    }),
    printRoutes: option(flag, false, { flag: 'print-routes', about: 'Print the route table at the start.' }),
    listen,
    tls,
    admin,
    kubernetes,
    cluster,
    matching,
    requests,
    compression,
    routes: section('Options of all routes.', routeEntries),
    upstreams,
    overrides: option(v.array(override), [], {
      flag: 'override',
      value: 'yaml...',
      about: 'Other options for some routes; of several that fit a route, later ones win.',
    }),
    log,
    metrics,
    tracing,
    drain,
  }),
  v.title('ingot.yaml'),
  v.description('Configuration of `ingot serve`.'),
)

/** A configuration with every default filled in. Times in milliseconds, sizes in bytes. */
export type Configuration = v.InferOutput<typeof configurationSchema>
