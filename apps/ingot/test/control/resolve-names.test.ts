import type { Backend } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { NameResolver } from '../../src/control/resolve-names.ts'

const backend = (address: string, more: Partial<Backend> = {}): Backend => ({
  ...{ id: 'shop/cart:80', namespace: 'shop', protocol: 'http', endpoints: [{ address, port: 80 }] },
  ...more,
})

async function expand(one: Backend): Promise<Backend> {
  const names = new NameResolver(() => {})
  const expanded = await names.expand(new Map([[one.id, one]]))
  names.close()
  return expanded.get(one.id)!
}

it('leaves addresses as they are', async () => {
  const one = backend('10.0.0.1')
  expect((await expand(one)).endpoints).toEqual(one.endpoints)
})

it('puts the addresses of a name in its place', async () => {
  const { endpoints, unavailable } = await expand(backend('localhost'))
  expect(unavailable).toBeUndefined()
  expect(endpoints.map(({ address }) => address)).toContain('127.0.0.1')
})

it('makes a backend unavailable whose names lead nowhere', async () => {
  expect(await expand(backend('no-such-name.invalid'))).toMatchObject({ endpoints: [], unavailable: 'no-endpoints' })
})

it('never lets an external name lead back to this machine', async () => {
  const external = backend('localhost', { dns: { name: 'localhost', port: 80, kind: 'external' } })
  expect(await expand(external)).toMatchObject({ endpoints: [], unavailable: 'no-endpoints' })
})
