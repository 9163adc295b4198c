import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { addSnapshots, renderSnapshots } from '../../src/data-plane/metrics-snapshots.ts'
import { type CountedRequest, RequestMetrics } from '../../src/telemetry/request-metrics.ts'

const request = (more: Partial<CountedRequest> = {}): CountedRequest => ({
  routedTo: { ingress: 'default/shop' },
  ...{ status: 200, duration: 3, attempts: 1, bytesReceived: 1, bytesSent: 10 },
  ...more,
})

function metrics(maxIngresses = 10) {
  const registry = new Registry()
  const counts = new RequestMetrics(registry, { maxIngresses })
  return { registry, counts }
}

/** The lines of one metric. */
async function lines(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.metrics()
  return text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
}

it('counts requests by Ingress, status and reason', async () => {
  const { registry, counts } = metrics()
  counts.record(request())
  counts.record(request())
  counts.record(request({ status: 502, failure: { code: 'connection-refused' }, attempts: 3 }))
  counts.record(request({ routedTo: undefined, status: 404, failure: { code: 'not-found' } }))
  expect(await lines(registry, 'ingot_requests_total')).toEqual([
    'ingot_requests_total{ingress="default/shop",status="200",reason=""} 2',
    'ingot_requests_total{ingress="default/shop",status="502",reason="connection-refused"} 1',
    'ingot_requests_total{ingress="",status="404",reason="not-found"} 1',
  ])
  expect(await lines(registry, 'ingot_upstream_errors_total')).toEqual([
    'ingot_upstream_errors_total{reason="connection-refused"} 1',
  ])
  expect(await lines(registry, 'ingot_upstream_retries_total')).toEqual(['ingot_upstream_retries_total 2'])
  expect(await lines(registry, 'ingot_response_body_bytes_total')).toEqual(['ingot_response_body_bytes_total 40'])
})

it('puts each duration into every bucket that is large enough', async () => {
  const { registry, counts } = metrics()
  for (const duration of [1, 2.5, 3, 40_000]) counts.record(request({ duration }))
  const buckets = (await lines(registry, 'ingot_request_duration_seconds_bucket')).map(line => [
    /le="([^"]+)"/.exec(line)![1],
    Number(line.split(' ').at(-1)),
  ])
  expect(buckets).toHaveLength(15)
  expect(Object.fromEntries(buckets)).toMatchObject({ 0.001: 1, 0.0025: 2, 0.005: 3, 30: 3, '+Inf': 4 })
  expect(await lines(registry, 'ingot_request_duration_seconds_sum')).toEqual([
    'ingot_request_duration_seconds_sum{ingress="default/shop"} 40.0065',
  ])
})

describe('labels', () => {
  it('name so many Ingresses and no more', async () => {
    const { registry, counts } = metrics(2)
    for (const name of ['a', 'b', 'c', 'd', 'c']) counts.record(request({ routedTo: { ingress: name } }))
    const found = (await lines(registry, 'ingot_requests_total')).map(line => /ingress="([^"]*)"/.exec(line)![1])
    expect(found).toEqual(['a', 'b', '(other)'])
  })

  it('name no status that an upstream has made up', async () => {
    const { registry, counts } = metrics()
    for (const status of [299, 298, 777, 499, 0]) counts.record(request({ status }))
    const found = (await lines(registry, 'ingot_requests_total')).map(line => /status="([^"]*)"/.exec(line)![1])
    expect(found).toEqual(['2xx', '7xx', '499', '0'])
  })
})

it('of several threads are added up', async () => {
  const [one, two] = [metrics(), metrics()]
  one.counts.record(request({ duration: 1 }))
  two.counts.record(request({ duration: 2_000 }))
  two.counts.record(request({ status: 500 }))
  const snapshots = await Promise.all([one, two].map(({ registry }) => registry.getMetricsAsJSON()))
  // Once more through the form in which those that are gone are kept.
  const text = await renderSnapshots([await addSnapshots(snapshots as never)])
  expect(text).toContain('ingot_requests_total{ingress="default/shop",status="200",reason=""} 2')
  expect(text).toContain('ingot_requests_total{ingress="default/shop",status="500",reason=""} 1')
  expect(text).toContain('ingot_request_duration_seconds_bucket{le="0.001",ingress="default/shop"} 1')
  expect(text).toContain('ingot_request_duration_seconds_count{ingress="default/shop"} 3')
})
