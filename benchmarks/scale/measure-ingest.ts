/**
 * Ingests and compiles Ingresses with the libraries, in a process of its own:
 * `node --expose-gc measure-ingest.ts yaml|watch COUNT`. Prints a `IngestResult`.
 */
import { compile, update } from '@ingot/core'
import { kubernetesObject, ObjectStore, readManifests, Translator } from '@ingot/kubernetes'
import { ingressObject, serviceObjects } from './as-objects.ts'
import { ingressYaml, servicesYaml } from './as-yaml.ts'
import { type IngressShape, ingressShapes } from './shapes.ts'

/** Milliseconds and bytes. */
export interface IngestResult {
  readonly ingresses: number
  readonly routes: number
  readonly inputMb: number
  /** From text to objects. */
  readonly readMs: number
  /** From objects to the route table and backends. */
  readonly translateMs: number
  /** From the route table to the matcher. */
  readonly compileMs: number
  /** One Ingress changed: what it touches translated and compiled again. Medians of several. */
  readonly changeTranslateMs: number
  readonly changeCompileMs: number
  /** What stays: objects, table and matcher. */
  readonly retainedMb: number
  /** What the matcher alone adds. */
  readonly matcherMb: number
  readonly peakMb: number
}

const [form, countText] = process.argv.slice(2) as ['yaml' | 'watch', string]
const shapes = ingressShapes(Number(countText))
const namespaces = [...new Set(shapes.map(({ namespace }) => namespace))]
const input = form === 'yaml' ? yamlFiles() : watchEvents()
const inputMb = input.reduce((sum, text) => sum + text.length, 0) / 1e6

const empty = retained()
const store = timed(form === 'yaml' ? readFiles : readEvents)
const translator = new Translator()
const translation = timed(() => {
  const translated = translator.update(store.value.written())
  // It is put together when somebody looks.
  return { table: translated.table }
})
const beforeMatcher = retained()
const matcher = timed(() => compile(translation.value.table))
const afterMatcher = retained()
const change = changeOften()
const result: IngestResult = {
  ingresses: shapes.length,
  routes: translation.value.table.routes.length,
  inputMb,
  readMs: store.ms,
  translateMs: translation.ms,
  compileMs: matcher.ms,
  ...change,
  retainedMb: (afterMatcher - empty) / 1e6,
  matcherMb: (afterMatcher - beforeMatcher) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1e3,
}
if (matcher.value.match('app-1.example.com', '/') === undefined) throw new Error('the matcher does not know a route')
console.log(JSON.stringify(result))

/** A thousand objects a file. */
function yamlFiles(): string[] {
  const files = [namespaces.map(namespace => servicesYaml(namespace, 8080)).join('---\n')]
  for (let start = 0; start < shapes.length; start += 1000) {
    files.push(
      shapes
        .slice(start, start + 1000)
        .map(ingressYaml)
        .join('---\n'),
    )
  }
  return files
}

/** Lines as a watch sends them. */
function watchEvents(): string[] {
  const services = namespaces.flatMap(namespace => serviceObjects(namespace, 8080))
  const objects = [...services, ...shapes.map(ingressObject)]
  return objects.map(object => JSON.stringify({ type: 'ADDED', object }))
}

function readFiles(): ObjectStore {
  return ObjectStore.of(input.flatMap((text, index) => readManifests(text, { file: `${index}.yaml` }).objects))
}

function readEvents(): ObjectStore {
  const store = new ObjectStore()
  for (const line of input) put(store, (JSON.parse(line) as { object: unknown }).object)
  return store
}

function put(store: ObjectStore, value: unknown): void {
  store.upsert(read(value))
}

function read(value: unknown) {
  const object = kubernetesObject(value)
  if (object === undefined) throw new Error('not an object')
  return object
}

function changeOften() {
  const times = Array.from({ length: 5 }, (_, index) => changeOne(index))
  const middle = (values: number[]) => values.sort((a, b) => a - b)[2] as number
  return {
    changeTranslateMs: middle(times.map(({ translated }) => translated.ms)),
    changeCompileMs: middle(times.map(({ compiled }) => compiled.ms)),
  }
}

function changeOne(index: number) {
  const shape = shapes[index * 7] as IngressShape
  const host = `changed-${index}.example.com`
  const object = read(ingressObject({ ...shape, rules: shape.rules.map(rule => ({ ...rule, host })) }))
  const written = { kind: 'Ingress', ...object.metadata, objects: [object] } as const
  const translated = timed(() => translator.update([written]).changes.hosts)
  const hosts = [...translated.value]
  const compiled = timed(() =>
    update(matcher.value, {
      upsert: { routes: hosts.flatMap(([, settled]) => settled?.routes ?? []) },
      remove: hosts.filter(([, settled]) => settled === undefined).map(([name]) => name),
    }),
  )
  if (compiled.value.match(host, '/') === undefined) throw new Error('the change is not seen')
  return { translated, compiled }
}

function timed<T>(action: () => T): { value: T; ms: number } {
  const began = performance.now()
  const value = action()
  return { value, ms: performance.now() - began }
}

function retained(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
