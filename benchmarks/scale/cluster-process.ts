/**
 * The API server of the tests, filled with Ingresses and the Services they name:
 * `node cluster-process.ts COUNT PORT_OF_ENDPOINTS`. Says its URL to its parent, and puts each object it is sent.
 */
import { startApiServer } from '../../apps/ingot/test/cluster/api-server.ts'
import { ingressObject, serviceObjects } from './as-objects.ts'
import { ingressShapes } from './shapes.ts'

const plurals: Record<string, string> = { Ingress: 'ingresses', Service: 'services', EndpointSlice: 'endpointslices' }
const [count, port] = process.argv.slice(2).map(Number) as [number, number]
const server = await startApiServer()
const shapes = ingressShapes(count)
for (const namespace of new Set(shapes.map(shape => shape.namespace))) serviceObjects(namespace, port).forEach(put)
for (const shape of shapes) put(ingressObject(shape))
process.on('message', object => put(object as Record<string, unknown>))
process.on('disconnect', () => process.exit())
process.send?.(server.url)

function put(object: Record<string, unknown>): void {
  const metadata = object.metadata as { name: string; namespace: string }
  const plural = plurals[object.kind as string] as string
  server.store.put(plural, `${metadata.namespace}/${metadata.name}`, revision => {
    // As an API server does: a change of anything but a status is a generation of its own.
    const kept = { uid: metadata.name, generation: revision, resourceVersion: String(revision) }
    return { ...object, metadata: { ...metadata, ...kept } } as never
  })
}
