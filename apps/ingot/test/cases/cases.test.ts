import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProfileName } from '@ingot/kubernetes'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { routingTestsSchema } from '../../generate-test-schema.ts'
import { readCaseFile } from '../../src/cases/read-case-file.ts'
import { recordCases } from '../../src/cases/record-cases.ts'
import { runCases } from '../../src/cases/run-cases.ts'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import { caseJunit, caseText } from '../../src/reporters/case-report.ts'
import { ingress, viewOf } from '../manifests.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-cases-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string) {
  const file = join(folder, 'cases.yaml')
  await writeFile(file, text)
  return readCaseFile(file)
}

const manifests = ingress('a', { 'a.test': ['/ p web', '/cart e cart'] })

/** Why each test of a file fails; empty for those that pass. */
async function failures(text: string) {
  const results = runCases(await read(text), requestExplainer(viewOf(manifests)))
  return results.map(result => result.failures.map(({ why }) => why).join('; '))
}

const schemaFile = new URL('../../schema/routing-tests.schema.json', import.meta.url)

describe('a routing test', () => {
  it.each([
    ['names the Service', 'request: http://a.test/x, backend: web'],
    ['names namespace and port too', 'request: http://a.test/x, backend: default/web:80'],
    ['names the status', 'request: http://b.test/, status: 404'],
    ['names that it is forwarded', 'request: http://a.test/, status: null'],
    ['names the Ingress', 'request: http://a.test/, ingress: a'],
    ['names the reason', 'request: http://a.test/cart, reason: path-exact'],
    ['has several requests', 'requests: [http://a.test/x, "POST http://a.test/y"], backend: web'],
    ['has a request as an object', 'request: { url: /cart, headers: { host: a.test } }, backend: cart'],
  ])('passes that %s', async (_, test) => {
    expect(await failures(`tests: [{ ${test} }]`)).toEqual([''])
  })

  it.each([
    ['request: http://a.test/x, backend: cart', 'expected cart, but it is default/web:80'],
    ['request: http://a.test/x, backend: other/web', 'expected other/web, but it is default/web:80'],
    ['request: http://a.test/x, backend: web:81', 'expected web:81, but it is default/web:80'],
    ['request: http://b.test/x, backend: web', 'expected web and that it is forwarded, but it is 404'],
    ['request: http://a.test/x, status: 404', 'expected status 404, but it is default/web:80'],
    ['request: http://a.test/x, ingress: b', 'expected Ingress b, but it is default/web:80'],
    ['request: http://a.test/x, reason: path-exact', 'expected reason path-exact, but it is default/web:80'],
  ])('{ %s } fails with a sentence', async (test, why) => {
    expect((await failures(`tests: [{ ${test} }]`))[0]).toContain(why)
  })

  it('reports file, line and the trail of what failed', async () => {
    const results = runCases(
      await read(
        'tests:\n  - request: http://a.test/x\n    backend: web\n  - name: the cart\n    request: http://a.test/x\n    backend: cart\n',
      ),
      requestExplainer(viewOf(manifests)),
    )
    const text = [...caseText(results, false)]
    expect(text[0]).toBe(`FAIL ${join(folder, 'cases.yaml')}:4 the cart`)
    expect(text.join('\n')).toContain('the longest Prefix that covers the path wins')
    expect(text.at(-1)).toBe('1 passed, 1 failed')
    expect([...caseJunit(results)].join('\n')).toContain('tests="2" failures="1"')
  })
})

describe('a file of routing tests', () => {
  it.each([
    ['tests: [{ request: x }]', ':1: tests.0: A test expects something'],
    ['tests:\n  - backend: web', ':2: tests.0: A test needs request or requests'],
    ['tests:\n  - request: x\n    backned: web', ':3: tests.0.backned'],
    ['tests:\n  - request: x\n    backend: a b', ':3: tests.0.backend: A backend is [NAMESPACE/]SERVICE[:PORT]'],
    ['profile: apache\ntests: []', ':1: profile'],
    ['tests: [', ':1:'],
  ])('%s is refused with file and line', async (text, message) => {
    await expect(read(text)).rejects.toThrow(`cases.yaml${message}`)
  })

  it('names manifests relative to itself', async () => {
    expect((await read('manifests: [a, /b, "-"]\ntests: []')).manifests).toEqual([join(folder, 'a'), '/b', '-'])
  })

  it('is described by the schema that is published', async () => {
    expect(JSON.parse(await readFile(schemaFile, 'utf8'))).toEqual(JSON.parse(JSON.stringify(routingTestsSchema())))
  })
})

describe('a recorded file', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(JSON.stringify(routingTestsSchema())))

  it.each<ProfileName>(['ingot', 'ingress-nginx', 'haproxy-ingress', 'traefik', 'contour'])(
    'has a test for every kind of request, and passes where it was recorded: %s',
    async profile => {
      const view = viewOf(
        manifests + ingress('b', { '*.a.test': ['/x/ p slash'], '*': ['/any i any'] }, { defaultBackend: 'rest' }),
        { profile },
      )
      const { text } = recordCases(view, { manifests: ['.'], profile })
      expect(validate(parse(text)) ? [] : validate.errors).toEqual([])
      const results = runCases(await read(text), requestExplainer(view))
      expect(results.filter(result => result.failures.length > 0)).toEqual([])
      expect(results.length).toBeGreaterThanOrEqual(6)
    },
  )

  it('fails where a route has changed', async () => {
    const { text } = recordCases(viewOf(manifests), { manifests: ['.'] })
    const gone = viewOf(ingress('a', { 'a.test': ['/ p web'] }))
    expect(
      runCases(await read(text), requestExplainer(gone)).filter(result => result.failures.length > 0),
    ).toHaveLength(1)
  })

  const recorded = (text: string, most?: number) => {
    const recording = recordCases(viewOf(text), { manifests: ['.'] }, most)
    return {
      ...recording,
      tests: parse(recording.text).tests as { name: string; request?: string; requests?: string[] }[],
    }
  }

  it('says in words what each test is about, and asks just inside and just outside of a Prefix and a wildcard', () => {
    const { tests } = recorded(ingress('a', { '*.a.test': ['/cart p cart', '/login e auth'] }))
    expect(
      tests.map(
        ({ name, request, requests }) => `${name} <- ${[request, ...(requests ?? [])].filter(Boolean).join(' ')}`,
      ),
    ).toEqual([
      'hosts that *.a.test does not cover: 404 <- http://a.test/ http://any.any.a.test/',
      '*.a.test/login, exactly: auth <- http://other.a.test/login',
      'every other path of *.a.test: 404 <- http://other.a.test/',
      '*.a.test/cart and below: cart <- http://other.a.test/cart http://other.a.test/cart/any',
      'what only begins like *.a.test/cart: 404 <- http://other.a.test/cart-any',
      'every other path of every other host: 404 <- http://other.example/',
    ])
  })

  it('asks by https for a host that has a certificate', () => {
    const tls = ingress('a', { 'a.test': ['/ p web'], 'b.test': ['/ p web'] }).replace(
      '"rules"',
      '"tls":[{"hosts":["a.test"],"secretName":"cert"}],"rules"',
    )
    const urls = recorded(tls).tests.map(({ request }) => request)
    expect(urls).toEqual(['https://a.test/', 'http://b.test/', 'http://other.example/'])
  })

  it('has no more tests than anybody reads', () => {
    const many = ingress('a', { 'a.test': Array.from({ length: 50 }, (_, index) => `/p${index} e web`) })
    expect(recorded(many).complete).toBe(true)
    const { tests, complete } = recorded(many, 10)
    expect([tests.length, complete]).toEqual([10, false])
  })
})
