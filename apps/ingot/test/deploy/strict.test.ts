import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { clusterKinds, freshNamespace, type TestCluster } from '../cluster/test-clusters.ts'
import { manifestFiles, objectsOf, type Written } from './deployed.ts'
import { renderChart, valuesOfCharts, whyNoHelm } from './helm.ts'

/** Kinds of the Prometheus Operator are not known to a plain API server. */
const isBuiltIn = ({ apiVersion }: Written) => !apiVersion.startsWith('monitoring.coreos.com/')

const [, real] = clusterKinds

// Nothing is stored: the API server checks every field, and would fill in what is missing.
describe.each([real!])('before $name', { timeout: 60_000 }, ({ missing, start }) => {
  if (missing !== undefined) return it.skip(missing, () => undefined)
  let cluster: TestCluster
  let author: ApiClient
  let namespace = ''
  beforeAll(async () => {
    cluster = await start()
    author = new ApiClient(cluster.direct)
    namespace = await freshNamespace(author)
  }, 120_000)
  afterAll(async () => {
    await author?.close()
    await cluster?.stop()
  })

  async function check(objects: readonly Written[]): Promise<void> {
    for (const object of objects.filter(isBuiltIn)) {
      const { apiVersion, kind, metadata } = object
      const namespaced = metadata.namespace !== undefined
      const plural = `${kind.toLowerCase().replace(/y$/, 'ie')}${/ss$/.test(kind) ? 'es' : 's'}`
      const resource = { apiVersion, kind, plural: `${plural}?dryRun=All&fieldValidation=Strict`, namespaced }
      const name = kind === 'Namespace' || kind === 'IngressClass' ? `${namespace}-dry` : metadata.name
      const placed = { ...object, metadata: { ...metadata, name, ...(namespaced && { namespace }) } }
      const stored = await author.create(resource, placed as never)
      expect(stored.kind).toBe(kind)
    }
  }

  it.each(manifestFiles)('$name is accepted with every field known', ({ text }) => check(objectsOf(text)))

  describe('the chart', () => {
    const why = whyNoHelm()
    if (why !== undefined) return it.skip(why, () => undefined)
    it.each(Object.entries(valuesOfCharts))('with %s is accepted with every field known', async (_, values) => {
      await check(objectsOf(renderChart(values)))
    })
  })
})
