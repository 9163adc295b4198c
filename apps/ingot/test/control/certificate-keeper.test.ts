import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KubernetesObject, kubernetesObject, readManifests, translate } from '@ingot/kubernetes'
import { loadCertificates, type PemPair } from '@ingot/proxy'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Authority, authority } from '../../../../packages/proxy/test/support/certificates.ts'
import {
  CertificateKeeper,
  type CertificateKeeperOptions,
  type TlsState,
} from '../../src/control/certificate-keeper.ts'
import { readCertificateFolder } from '../../src/sources/certificate-folder.ts'

let ca: Authority
let shop: PemPair
let folder: string
beforeAll(async () => {
  ca = await authority()
  shop = await ca.issue(['shop.example.com'])
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
})
afterEach(() => rm(folder, { recursive: true }))

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const secretOf = (name: string, fields: object) =>
  kubernetesObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', ...fields })!
const dataOf = ({ cert, key }: PemPair) => ({ data: { 'tls.crt': base64(cert), 'tls.key': base64(key) } })

function tlsOf(hosts: readonly string[], secretName?: string) {
  const rules = hosts.map(host => ({ host }))
  const spec = { rules, tls: [{ hosts, ...(secretName !== undefined && { secretName }) }] }
  const manifest = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' }, spec }
  return translate(readManifests(JSON.stringify(manifest), { file: 'f' }).objects).tls
}

const state = (tls: TlsState['tls'], secrets: readonly KubernetesObject[]): TlsState => ({
  tls,
  secret: ({ name }) => secrets.find(({ metadata }) => metadata.name === name),
})

function keeper(options: Partial<CertificateKeeperOptions> = {}) {
  const problems: string[] = []
  const keeps = new CertificateKeeper({
    onLoaded: (_, found) => problems.push(...found.map(({ code, certificate }) => `${code} ${certificate}`)),
    ...options,
  })
  return { keeper: keeps, problems }
}

/** Which certificate a client gets for a name. */
const found = (configuration: Parameters<typeof loadCertificates>[0], host: string) =>
  loadCertificates(configuration).certificates.find(host)?.name

describe('certificates', () => {
  it.each([
    ['data', () => dataOf(shop)],
    ['stringData', () => ({ stringData: { 'tls.crt': shop.cert, 'tls.key': shop.key } })],
  ])('of a Secret are read from its %s', async (_, fields) => {
    const { keeper: keeps, problems } = keeper()
    const tls = tlsOf(['shop.example.com'], 'shop')
    const configuration = await keeps.everything(state(tls, [secretOf('shop', fields())]))
    expect(found(configuration, 'shop.example.com')).toBe('default/shop')
    expect(problems).toEqual([])
  })

  it('that an Ingress names and nobody has are a problem', async () => {
    const { keeper: keeps, problems } = keeper()
    await keeps.everything(state(tlsOf(['shop.example.com'], 'shop'), []))
    expect(problems).toEqual(['missing default/shop'])
  })

  it('of a folder are for the hosts they name, also for one whose Secret is nowhere', async () => {
    await writeFile(join(folder, 'shop.crt'), shop.cert)
    await writeFile(join(folder, 'shop.key'), shop.key)
    const { keeper: keeps, problems } = keeper({ folder })
    const configuration = await keeps.everything(state(tlsOf(['shop.example.com'], 'elsewhere'), []))
    expect(found(configuration, 'shop.example.com')).toBe('shop')
    expect(found(configuration, 'other.example.com')).toBeUndefined()
    expect(problems).toEqual([])
  })

  it('of a Secret come before those of a folder', async () => {
    await writeFile(join(folder, 'shop.crt'), shop.cert)
    await writeFile(join(folder, 'shop.key'), shop.key)
    const { keeper: keeps } = keeper({ folder })
    const secret = secretOf('shop', dataOf(await ca.issue(['shop.example.com'])))
    const configuration = await keeps.everything(state(tlsOf(['shop.example.com'], 'shop'), [secret]))
    expect(found(configuration, 'shop.example.com')).toBe('default/shop')
  })

  it('for hosts without their own may be one of the folder or a Secret', async () => {
    await mkdir(join(folder, 'any'))
    await writeFile(join(folder, 'any', 'tls.crt'), shop.cert)
    await writeFile(join(folder, 'any', 'tls.key'), shop.key)
    const ofFolder = await keeper({ folder, default: 'any' }).keeper.everything(state(tlsOf(['a.example.com']), []))
    expect(found(ofFolder, 'a.example.com')).toBe('any')
    const secrets = [secretOf('any', dataOf(shop))]
    const ofSecret = await keeper({ default: 'default/any' }).keeper.everything(
      state(tlsOf(['a.example.com']), secrets),
    )
    expect(found(ofSecret, 'a.example.com')).toBe('default/any')
  })

  it('of a folder that has not changed are not read twice', async () => {
    await writeFile(join(folder, 'shop.crt'), shop.cert)
    await writeFile(join(folder, 'shop.key'), shop.key)
    const { keeper: keeps } = keeper({ folder })
    await keeps.everything(state(tlsOf([]), []))
    expect(await keeps.reread()).toBeUndefined()
    const renewed = await ca.issue(['shop.example.com'])
    await writeFile(join(folder, 'shop.crt'), renewed.cert)
    await writeFile(join(folder, 'shop.key'), renewed.key)
    expect((await keeps.reread())?.pairs.get('shop')?.cert).toBe(renewed.cert)
  })
})

describe('a folder of certificates', () => {
  it('holds pairs of files and folders, and leaves out what is half there or hidden', async () => {
    const write = async (name: string, text: string) => {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    for (const name of ['a.crt', 'a.key', 'b.pem', 'b.key', 'c/tls.crt', 'c/tls.key']) await write(name, name)
    for (const name of ['d/fullchain.pem', 'd/privkey.pem', 'half.crt', '.hidden.crt', '.hidden.key'])
      await write(name, name)
    const pairs = await readCertificateFolder(folder)
    expect([...pairs].map(([name, { cert, key }]) => [name, cert, key])).toEqual([
      ['a', 'a.crt', 'a.key'],
      ['b', 'b.pem', 'b.key'],
      ['c', 'c/tls.crt', 'c/tls.key'],
      ['d', 'd/fullchain.pem', 'd/privkey.pem'],
    ])
  })

  it('that cannot be read is an error', async () => {
    await expect(readCertificateFolder(join(folder, 'nowhere'))).rejects.toThrow('ENOENT')
  })
})
