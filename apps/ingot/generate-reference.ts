import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { type Field, type FieldGroup, fieldGroups } from './src/configuration/fields.ts'
import { configurationSchema } from './src/configuration/schema.ts'
import { ControlMetrics } from './src/telemetry/control-metrics.ts'
import { TrafficTelemetry } from './src/telemetry/traffic-telemetry.ts'

/** Files that say what the configuration may hold, made from the one place that knows: `node generate-reference.ts`. */
export const generatedFiles = {
  [path('schema/ingot.schema.json')]: () => `${printJson(jsonSchema(), '')}\n`,
  [path('../../docs/configuration.md')]: () => configurationPage(),
  [path('../../docs/metrics.md')]: () => metricsPage(),
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

/** The JSON Schema of what people write, before times and sizes are read. */
function jsonSchema(): JsonSchema {
  return toJsonSchema(configurationSchema as unknown as v.GenericSchema, {
    typeMode: 'input',
    target: 'draft-07',
    // What a check or a reading adds cannot be said in JSON Schema; the program says it.
    ignoreActions: ['raw_transform', 'transform', 'check', 'metadata'],
    overrideSchema({ valibotSchema, jsonSchema: schema }) {
      // What is read differently than it is written loses what was said of it.
      const { wrapped } = valibotSchema as { wrapped?: v.GenericSchema }
      const description = v.getDescription((wrapped ?? valibotSchema) as v.GenericSchema)
      return description === undefined ? schema : { ...schema, description }
    },
  })
}

/** What is said of a metric. */
interface DescribedMetric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames?: readonly string[]
}

/** Every metric of the program itself, those of traffic first. */
export function ownMetrics(): DescribedMetric[] {
  const lines = { write: () => {} }
  const traffic = new TrafficTelemetry({ log: { level: 'silent', access: false }, metrics: { maxIngresses: 1 } }, lines)
  const control = new ControlMetrics('0', () => 0)
  const all = [traffic.registry, control.registry].flatMap(registry => registry.getMetricsAsArray())
  return (all as unknown as DescribedMetric[]).filter(({ name }) => name.startsWith('ingot_'))
}

function metricsPage(): string {
  const rows = ownMetrics().map(({ name, type, labelNames = [], help }) => {
    return `| \`${name}\` | ${type} | ${labelNames.map(label => `\`${label}\``).join(', ')} | ${escapeCell(help)} |\n`
  })
  return `# Metrics

\`/metrics\` of the admin server (\`127.0.0.1:8081\` by default) tells these to Prometheus, and those of the Node.js process (\`process_*\`, \`nodejs_*\`, of the main thread) besides. What several workers have counted is added up; a worker that dies takes nothing of it along but what came since the last scrape. [ingot.json](../deploy/grafana/ingot.json) is a dashboard for Grafana.

| Metric | Type | Labels | |
|---|---|---|---|
${rows.join('')}
## Labels are bounded

Nothing that a client sends becomes a label. \`ingress\` is \`NAMESPACE/NAME\` of the Ingress that took a request, empty for requests that none took, and \`(other)\` for Ingresses beyond the first 1,000 (\`metrics.maxIngresses\`); \`status\` is a defined status, the class of one that nobody has defined (\`2xx\`), or 0 if the client left before it was told anything; \`reason\` is one of the proxy's own codes for answers that are not an upstream's, empty for those that are; \`code\` of handshakes is one of the first 32 names that OpenSSL has used.

## Worth an alert

| When | Why |
|---|---|
| \`ingot_config_last_reload_successful == 0\` | Something in the newest configuration is not served: the log says what, with file and line. |
| \`ingot_tls_certificate_expiry_timestamp_seconds - time() < 14 * 86400\` | A certificate runs out. |
| \`rate(ingot_worker_restarts_total[10m]) > 0\` | A worker ran into a bug. |
| \`process_open_fds / process_max_fds > 0.8\` | The process needs more file descriptors: without any, new connections are closed at once. |
| \`rate(ingot_log_lines_dropped_total[5m]) > 0\` | Whoever reads the log is too slow, or the disk is full. |
| \`ingot_event_loop_utilization > 0.9\` | A thread is busy all the time: more \`workers\`, or more replicas. |

This page is made from the code by \`pnpm --filter ingot generate\`.
`
}

/** As Biome formats it: a list of plain values is on one line if it fits. */
function printJson(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const deeper = `${indent}  `
  const isList = Array.isArray(value)
  const items = isList
    ? value.map(item => printJson(item, deeper))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${printJson(item, deeper)}`)
  const [open, close] = isList ? '[]' : '{}'
  const isShort = isList && value.every(item => typeof item !== 'object') && items.join(', ').length < 80
  if (items.length === 0 || isShort) return `${open}${items.join(', ')}${close}`
  return `${open}\n${items.map(item => deeper + item).join(',\n')}\n${indent}${close}`
}

function configurationPage(): string {
  const groups = fieldGroups()
  return `# Configuration

\`ingot serve\` is told what to do by a file, by flags, or by both:

\`\`\`sh
ingot serve --config ingot.yaml --port 8080
\`\`\`

Every option of the file is also a flag, and flags win. A list that is given by flags takes the place of the list in the file. What is wrong is said with file, line and field, or with the flag, all at once, before anything is served.

Times are a number of seconds or a text such as \`500ms\`, \`30s\`, \`5m\`, \`1h\`; sizes are a number of bytes or a text such as \`16KiB\`, \`10MB\`. [ingot.schema.json](../apps/ingot/schema/ingot.schema.json) is the JSON Schema of the file; editors use it if the file begins with

\`\`\`yaml
# yaml-language-server: $schema=node_modules/ingot/schema/ingot.schema.json
\`\`\`

This page is made from the schema by \`pnpm --filter ingot generate\`.

## An example

\`\`\`yaml
files: [manifests/]
watch: true
workers: auto
listen:
  port: 80
  httpsPort: 443
requests:
  trustedProxies: [10.0.0.0/8]
routes:
  maxBodyBytes: 10MiB
  headTimeout: 30s
overrides:
  - match: { ingress: shop/admin }
    routes:
      allow: [192.0.2.0/24]
  - match: { service: shop/cart }
    upstreams:
      policy: consistent-hash
      maxConcurrency: 100
drain:
  delay: 10s
\`\`\`

${groups.map(describeGroup).join('\n')}
## Overrides

Each entry of \`overrides\` has a \`match\` and other \`routes\` or \`upstreams\` for what fits:

- \`match.host\`: the host of the rule, as the Ingress writes it: \`shop.example.com\`, \`*.example.com\`.
- \`match.ingress\`: \`NAMESPACE/NAME\` of the Ingress, or \`NAMESPACE/*\`.
- \`match.service\`: \`NAMESPACE/NAME\` of the Service, or \`NAMESPACE/*\`.

Of several fields all have to fit. Of several entries that fit, later ones win, field by field: \`requestHeaders\`, \`rateLimit\` and the like are taken whole. \`upstreams\` needs \`service\` as the one thing to match, because all routes to a Service share its endpoints. As a flag an entry is written as YAML: \`--override '{ match: { ingress: shop/admin }, routes: { deny: [0.0.0.0/0] } }'\`.

The ambiguity guard (semantics 8.8) takes two routes to the same Service for different ones if they have different options, so that what an override forbids cannot be had by writing the path in another way.

## With several workers

The main thread reads what is served, and the workers serve it. With one worker and files to read, both is one thread; with \`cluster.enabled\` even one worker is a thread of its own, so that nothing the cluster does is felt by requests.

Workers count a client's requests together for \`rateLimit\` and the annotation \`limit-connections\`. Each has its own \`maxConcurrency\` and \`maxQueue\`, and its own connections to endpoints; \`maxConnections\` is shared out among them.

## Signals and exit codes

| Signal | What happens |
|---|---|
| \`SIGTERM\`, \`SIGINT\` | \`/readyz\` says no; after \`drain.delay\` the listeners close, and what is under way may end within \`drain.timeout\`. A second one ends the program at once, with 128 and the number of the signal. |
| \`SIGHUP\` | All manifests and the folder of certificates are read again, with or without \`watch\`. The configuration file is not. |

It exits with 0 when it was told to end, with 2 when it cannot do what it was told, and with 70 after a bug.

## From the environment

\`OTEL_EXPORTER_OTLP_ENDPOINT\` and \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\` stand in for \`tracing.endpoint\`, and \`OTEL_EXPORTER_OTLP_HEADERS\` is sent along. Tracing needs three packages that are not installed with the program: \`npm install @opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http\`.
`
}

function describeGroup({ name, about, fields }: FieldGroup): string {
  const heading = name === '' ? '## What is served' : `## \`${name}\``
  const intro = about === '' ? '' : `${about}\n\n`
  return `${heading}\n\n${intro}| Field | Flag | Default | |\n|---|---|---|---|\n${fields.map(describeField).join('')}`
}

function describeField({ path: names, flag, short, value, about, standard }: Field): string {
  const written = `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` <${value}>`}`
  const flags = standard === true ? `\`--no-${flag}\`` : code(written)
  return `| \`${names.join('.')}\` | ${flags} | ${standard === undefined ? '' : code(plain(standard))} | ${escapeCell(about)} |\n`
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function code(text: string): string {
  return `\`${escapeCell(text)}\``
}

/** A pipe would end the cell. */
function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, make] of Object.entries(generatedFiles)) writeFileSync(file, make())
}
