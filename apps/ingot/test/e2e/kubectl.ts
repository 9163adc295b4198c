/*
 * The commands of kubectl that the pages show, for the API server of the tests: kubectl itself asks for more than that one
 * answers. Objects of kinds that it does not keep are named and left out. The server is that of $KUBECONFIG, which is JSON.
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseAllDocuments, stringify } from 'yaml'
import { type Kind, kinds } from '../cluster/api-server/kinds.ts'

interface Written {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    namespace: { type: 'string', short: 'n', default: 'default' },
    filename: { type: 'string', short: 'f', default: '' },
    output: { type: 'string', short: 'o' },
    'all-namespaces': { type: 'boolean' },
    image: { type: 'string' },
    port: { type: 'string', default: '80' },
    class: { type: 'string' },
    rule: { type: 'string', multiple: true, default: [] },
    wait: { type: 'string' },
  },
})

const commands: Readonly<Record<string, () => Promise<void>>> = {
  apply: async () => {
    for (const object of objectsOf(flags.filename)) await create(object)
  },
  delete: async () => {
    for (const object of objectsOf(flags.filename)) await remove(object)
  },
  get: async () => {
    const lists = positionals[1]!.split(',').map(name => list(kindCalled(name)))
    console.log(stringify({ apiVersion: 'v1', kind: 'List', items: (await Promise.all(lists)).flat() }))
  },
  'create deployment': () => create(named('apps/v1', 'Deployment', {})),
  'expose deployment': () => {
    const port = Number(flags.port)
    const spec = { selector: { app: positionals[2] }, ports: [{ port, targetPort: port, protocol: 'TCP' }] }
    return create(named('v1', 'Service', spec))
  },
  'create ingress': () => {
    const spec = { ingressClassName: flags.class, rules: flags.rule.map(ruleOf) }
    return create(named('networking.k8s.io/v1', 'Ingress', spec))
  },
}

const command = commands[positionals[0]!] ?? commands[positionals.slice(0, 2).join(' ')]
if (command === undefined) throw new Error(`this kubectl does not know: ${positionals.join(' ')}`)
await command()

function named(apiVersion: string, kind: string, spec: object): Written {
  return { apiVersion, kind, metadata: { name: positionals[2]!, namespace: flags.namespace }, ...{ spec } }
}

/** `host/path=service:port`; a star at the end of the path makes it a Prefix. */
function ruleOf(text: string): object {
  const [, host, path = '', name, port] = /^([^/]*)(\/[^=]*)=([^:]+):(\d+)$/.exec(text) ?? []
  const pathType = path.endsWith('*') ? 'Prefix' : 'Exact'
  const backend = { service: { name, port: { number: Number(port) } } }
  return { host, http: { paths: [{ path: path.replace(/\*$/, ''), pathType, backend }] } }
}

function objectsOf(path: string): Written[] {
  const files = statSync(path).isDirectory() ? globSync('*.yaml', { cwd: path }).map(name => join(path, name)) : [path]
  const documents = files.sort().flatMap(file => parseAllDocuments(readFileSync(file, 'utf8')) as { toJS(): Written }[])
  return documents.map(document => document.toJS())
}

function kindCalled(name: string): Kind {
  const found = kinds.find(({ kind, plural }) => [kind.toLowerCase(), plural].includes(name))
  if (found === undefined) throw new Error(`this kubectl does not know ${name}`)
  return found
}

function kindOf({ kind, apiVersion }: Written): Kind | undefined {
  return kinds.find(known => known.kind === kind && known.apiVersion === apiVersion)
}

async function create(object: Written): Promise<void> {
  const kind = kindOf(object)
  const label = `${object.kind.toLowerCase()}/${object.metadata.name}`
  if (kind === undefined) return console.log(`${label} is not kept here`)
  const body = JSON.stringify(object)
  const answer = await fetch(url(kind, object.metadata.namespace ?? flags.namespace), { method: 'POST', body })
  if (!answer.ok && answer.status !== 409) throw new Error(`${label}: ${await answer.text()}`)
  console.log(`${label} ${answer.ok ? 'created' : 'unchanged'}`)
}

async function remove(object: Written): Promise<void> {
  const kind = kindOf(object)
  if (kind === undefined) return
  const answer = await fetch(`${url(kind, object.metadata.namespace ?? flags.namespace)}/${object.metadata.name}`, {
    method: 'DELETE',
  })
  // What is in a namespace goes with it at once here.
  if (!answer.ok && answer.status !== 404)
    throw new Error(`${object.kind} ${object.metadata.name}: ${await answer.text()}`)
}

async function list(kind: Kind): Promise<object[]> {
  const answer = await fetch(url(kind, flags['all-namespaces'] ? undefined : flags.namespace))
  const { items } = (await answer.json()) as { items: object[] }
  return items.map(item => ({ apiVersion: kind.apiVersion, kind: kind.kind, ...item }))
}

function url({ apiVersion, plural, namespaced }: Kind, namespace: string | undefined): string {
  const { server } = JSON.parse(readFileSync(process.env.KUBECONFIG!, 'utf8')).clusters[0].cluster
  const group = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
  const within = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : ''
  return `${server}/${group}${within}/${plural}`
}
