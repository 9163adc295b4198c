import * as v from 'valibot'
import { option, optional, optionalSection } from './option.ts'
import { addressBlock, amount, bytes, count, duration, flag, named, port, positive, share, text } from './values.ts'

function pathChange(about: string) {
  return v.exactOptional(
    v.pipe(
      v.strictObject({
        path: optional(text, { about: 'The whole path.' }),
        prefix: optional(text, { about: "What stands in place of the route's own path." }),
      }),
      v.description(about),
      v.check(change => Object.keys(change).length === 1, 'one of path and prefix is expected'),
    ),
  )
}

/** What a route may ask for besides being matched: for all routes, or in an override for some. */
export const routeEntries = {
  allow: optional(v.array(addressBlock), {
    flag: 'allow',
    value: 'cidr...',
    about: 'Client addresses that alone may ask; everybody else gets 403.',
  }),
  deny: optional(v.array(addressBlock), {
    flag: 'deny',
    value: 'cidr...',
    about: 'Client addresses that get 403, even if they are allowed.',
  }),
  rateLimit: optionalSection(
    'A token bucket for each client address (429 beyond), whichever worker its connections come to.',
    {
      requestsPerSecond: v.pipe(
        v.number('a number is expected'),
        v.gtValue(0, 'more than 0 is expected'),
        v.description('Requests a second that a client may send in the long run.'),
        v.metadata({ flag: 'rate-limit', value: 'requests-per-second' }),
      ),
      burst: optional(count, {
        flag: 'rate-limit-burst',
        about: 'How many at once, after a pause. Without it, twice the requests of a second.',
      }),
      maxClients: optional(count, {
        flag: 'rate-limit-clients',
        about: 'How many clients are remembered; without it 65,536.',
      }),
    },
  ),
  maxBodyBytes: optional(bytes, {
    flag: 'max-body',
    value: 'size',
    about: 'The longest body of a request (413 beyond); 0 is without limit, which is the default.',
  }),
  attempts: optional(positive, {
    flag: 'attempts',
    about: 'To how many endpoints a request is offered at most; without it 3.',
  }),
  retryOn: optional(v.array(v.picklist([502, 503, 504], '502, 503 or 504 is expected')), {
    flag: 'retry-on',
    value: 'status...',
    about: 'Statuses of the upstream upon which an idempotent request without a body is repeated elsewhere.',
  }),
  connectTimeout: optional(duration, {
    flag: 'route-connect-timeout',
    value: 'time',
    about: 'How long connecting to an endpoint may take (504 beyond); without it as long as for all upstreams.',
  }),
  headTimeout: optional(duration, {
    flag: 'head-timeout',
    value: 'time',
    about: "How long the head of the upstream's response may take (504 beyond); without it 60s.",
  }),
  bodyIdleTimeout: optional(duration, {
    flag: 'body-idle-timeout',
    value: 'time',
    about: 'How long may lie between two pieces of a body, in either direction; without it 60s.',
  }),
  totalTimeout: optional(duration, {
    flag: 'total-timeout',
    value: 'time',
    about: 'How long a whole exchange may take; 0 is for ever, which is the default.',
  }),
  rewrite: pathChange('Another path for the upstream.'),
  redirect: optionalSection('Sends clients elsewhere; what is not named stays as it was asked for.', {
    status: optional(v.picklist([301, 302, 303, 307, 308], '301, 302, 303, 307 or 308 is expected'), {
      about: 'The status; without it 302.',
    }),
    scheme: optional(v.picklist(['http', 'https'], 'http or https is expected'), { about: 'Another scheme.' }),
    host: optional(text, { about: 'Another host.' }),
    port: optional(port, { about: 'Another port.' }),
    path: pathChange('Another path.'),
  }),
  requestHeaders: optionalSection('Changes to the fields that the upstream receives.', headerChanges('request')),
  responseHeaders: optionalSection('Changes to the fields that the client receives.', headerChanges('response')),
}

function headerChanges(message: 'request' | 'response') {
  return {
    set: optional(named, {
      flag: `set-${message}-header`,
      value: 'name=value...',
      about: `Replaces whatever values a ${message} field has.`,
    }),
    add: optional(named, {
      flag: `add-${message}-header`,
      value: 'name=value...',
      about: `Adds a value to a ${message} field.`,
    }),
    remove: optional(v.array(text), {
      flag: `remove-${message}-header`,
      value: 'name...',
      about: `Removes ${message} fields.`,
    }),
  }
}

/** How endpoints that speak HTTPS are spoken to. */
const upstreamTls = optionalSection('How endpoints that speak HTTPS are spoken to.', {
  verify: optional(flag, {
    flag: 'upstream-tls-verify',
    about: 'Whether an endpoint must show a certificate that can be verified; without it no.',
  }),
  caFile: optional(text, {
    flag: 'upstream-tls-ca',
    value: 'file',
    about: 'Authorities as PEM; without it those that Node.js knows.',
  }),
  serverName: optional(text, {
    flag: 'upstream-tls-server-name',
    value: 'name',
    about: "The name to ask for and to verify; without it the endpoint's own, if it is a name.",
  }),
})

/** How an upstream spreads its requests: for all Services, or in an override for some. */
export const upstreamEntries = {
  policy: optional(
    v.picklist(
      ['round-robin', 'least-requests', 'power-of-two', 'consistent-hash'],
      'round-robin, least-requests, power-of-two or consistent-hash is expected',
    ),
    { flag: 'policy', value: 'name', about: 'How an endpoint is chosen; without it round-robin.' },
  ),
  hashBy: optional(text, {
    flag: 'hash-by',
    value: 'client|field',
    about: 'What consistent-hash goes by: `client` for the client address, or the name of a request field.',
  }),
  affinity: optionalSection('Keeps a client with an endpoint by a cookie.', {
    cookie: v.pipe(
      v.string('a text is expected'),
      v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, 'the name of a cookie is expected'),
      v.description('The name of the cookie.'),
      v.metadata({ flag: 'affinity-cookie', value: 'name' }),
    ),
    maxAge: optional(count, { about: "Seconds the cookie lasts; without it, as long as the browser's session." }),
    path: optional(text, { about: 'The path of the cookie; without it `/`.' }),
  }),
  ejection: optionalSection('When an endpoint that fails is left alone for a while.', {
    enabled: option(flag, true, { flag: 'ejection', about: 'Whether endpoints are left alone at all.' }),
    failures: optional(positive, { about: 'After how many failures in a row; without it 5.' }),
    baseTime: optional(duration, {
      about: 'How long the first time; twice as long each further time. Without it 10s.',
    }),
    maxTime: optional(duration, { about: 'The longest; without it 5m.' }),
    maxShare: optional(share, {
      about: 'The largest part of the endpoints that may be left out at once; without it 0.5.',
    }),
  }),
  retryBudget: optionalSection('How many requests may be repeated.', {
    ratio: optional(amount, { about: 'Repetitions for each request; without it 0.2.' }),
    minPerSecond: optional(amount, {
      about: 'Repetitions a second that are always granted; without it 10.',
    }),
  }),
  maxConcurrency: optional(count, {
    flag: 'max-concurrency',
    about: 'Requests under way at one endpoint, for each worker; 0 is without limit, which is the default.',
  }),
  maxQueue: optional(count, {
    flag: 'max-queue',
    about: 'Requests that may wait for a place at an endpoint; without it 0.',
  }),
  queueTimeout: optional(duration, {
    flag: 'queue-timeout',
    value: 'time',
    about: 'How long one may wait (503 beyond); without it 5s.',
  }),
  tls: upstreamTls,
  slowStart: optional(duration, {
    flag: 'slow-start',
    value: 'time',
    about: 'For how long a new endpoint gets less than its share; without it 0.',
  }),
}

/** Which routes an override is for; of several fields all have to fit. */
const overrideMatch = v.pipe(
  v.strictObject({
    host: optional(text, {
      about: 'The host of the rule, as the Ingress writes it: `shop.example.com`, `*.example.com`.',
    }),
    ingress: optional(text, { about: '`NAMESPACE/NAME` of the Ingress; `NAMESPACE/*` for all of a namespace.' }),
    service: optional(text, { about: '`NAMESPACE/NAME` of the Service; `NAMESPACE/*` for all of a namespace.' }),
  }),
  v.description('Which routes this is for; of several fields all have to fit.'),
  v.check(match => Object.keys(match).length > 0, 'at least one of host, ingress and service is expected'),
)

/** Other options for some routes. */
export const override = v.pipe(
  v.strictObject({
    match: overrideMatch,
    routes: optionalSection('Options of these routes; what is not named stays as it is for all.', routeEntries),
    upstreams: optionalSection(
      'Options of the Service; only with `service` as the one thing to match.',
      upstreamEntries,
    ),
  }),
  v.check(
    ({ match, upstreams }) => upstreams === undefined || Object.keys(match).join() === 'service',
    'upstreams of a Service can only be told apart by `match.service` alone',
  ),
)

/** The options of routes as they are configured. */
export type ConfiguredRouteOptions = v.InferOutput<ReturnType<typeof routeSection>>
/** The options of upstreams as they are configured. */
export type ConfiguredUpstreamOptions = v.InferOutput<ReturnType<typeof upstreamSection>>
/** An entry of `overrides`. */
export type Override = v.InferOutput<typeof override>

const routeSection = () => v.strictObject(routeEntries)
const upstreamSection = () => v.strictObject(upstreamEntries)
