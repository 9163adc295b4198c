import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingress } from '../manifests.ts'
import { run } from './cli-process.ts'

let folder: string
const shop = ingress('shop', { 'shop.example.com': ['/ p web', '/cart e cart'], '*.example.com': ['/ p tenants'] })
const doubtful = shop + ingress('other', { 'shop.example.com': ['/ p other'] })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-cli-'))
  for (const name of ['fine', 'doubtful', 'changed', 'charts']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'fine', 'shop.yaml'), shop)
  await writeFile(join(folder, 'doubtful', 'shop.yaml'), doubtful)
  await writeFile(join(folder, 'changed', 'shop.yaml'), shop.replace('"cart"', '"basket"'))
  await writeFile(join(folder, 'charts', 'shop.yaml'), 'kind: {{ .Values.kind }}\n')
})
afterAll(() => rm(folder, { recursive: true }))

const ingot = (...args: string[]) => run(args, { cwd: folder })
const piped = (input: string, ...args: string[]) => run(args, { cwd: folder, input })

describe('ingot', () => {
  it('says what its commands do', async () => {
    const { code, stdout } = await ingot('--help')
    expect(code).toBe(0)
    for (const command of ['check', 'diff', 'explain', 'routes', 'serve', 'test'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  it.each([
    ['a command that does not exist', ['shine']],
    ['an option that does not exist', ['check', '--shine']],
    ['a file that does not exist', ['check', '-f', 'gone']],
    ['no file at all', ['check']],
    ['a format that does not exist', ['check', 'fine', '--format', 'pdf']],
    ['a code that does not exist', ['check', 'fine', '--ignore', 'typo']],
    ['no request to explain', ['explain', '-f', 'fine']],
    ['nothing but templates to explain', ['explain', '-f', 'charts', 'http://a.test/']],
    ['tests that do not exist', ['test', 'gone.yaml']],
  ])('exits with 2 and a reason for %s', async (_, args) => {
    const { code, stderr, stdout } = await ingot(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/\S/)
    expect(stderr).not.toContain('    at ')
  })
})

describe('ingot check', () => {
  it('exits with 0 where nothing is to be said', async () => {
    expect(await ingot('check', 'fine')).toEqual({ code: 0, stdout: '1 Ingress in 1 file: no findings\n', stderr: '' })
  })

  it.each(['text', 'json', 'junit', 'sarif', 'github'])(
    'exits with 2 where no file holds an object (%s)',
    async format => {
      const { code, stdout } = await ingot('check', 'charts', '--format', format)
      expect(code).toBe(2)
      expect(stdout).toContain('charts/shop.yaml')
    },
  )

  it('exits with 1 where a template lies among objects', async () => {
    expect((await ingot('check', 'charts', 'fine')).code).toBe(1)
  })

  it.each(['routes', 'explain'])('as %s goes on with the objects where a template lies among them', async command => {
    const rest = command === 'explain' ? ['http://shop.example.com/cart'] : []
    const { code, stdout } = await ingot(command, '-f', 'charts', '-f', 'fine', ...rest)
    expect(code).toBe(0)
    expect(stdout).toContain('cart')
  })

  it('exits with 1 where there is a finding, and names file and line', async () => {
    const { code, stdout } = await ingot('check', '-f', 'doubtful')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^doubtful\/shop\.yaml:\d+:\d+ warning duplicate-path /)
  })

  it('lets one choose what is bad enough to fail, and what not to mention', async () => {
    expect((await ingot('check', 'doubtful', '--fail-on', 'error')).code).toBe(0)
    expect((await ingot('check', 'doubtful', '--ignore', 'duplicate-path')).code).toBe(0)
    expect((await ingot('check', 'doubtful', '--fail-on', 'never')).code).toBe(0)
  })

  it('reads standard input, as helm template and kubectl kustomize write it', async () => {
    const { code, stdout } = await piped(`# Source: shop/templates/ingress.yaml\r\n${doubtful}`, 'check', '-f', '-')
    expect(code).toBe(1)
    expect(stdout).toContain('<stdin>:')
  })

  it('prints the page of a code', async () => {
    const { code, stdout } = await ingot('check', '--about', 'duplicate-path')
    expect(code).toBe(0)
    expect(stdout).toBe(
      await readFile(new URL('../../../../docs/diagnostics/duplicate-path.md', import.meta.url), 'utf8'),
    )
  })

  it.each([
    ['json', (text: string) => JSON.parse(text).findings[0].code],
    ['sarif', (text: string) => JSON.parse(text).runs[0].results[0].ruleId],
    ['junit', (text: string) => /failure type="([^"]+)"/.exec(text)?.[1]],
    [
      'github',
      (text: string) => /^::warning file=doubtful\/shop.yaml,line=\d+,col=\d+,title=ingot (\S+)::/.exec(text)?.[1],
    ],
  ])('writes %s', async (format, codeIn) => {
    const { code, stdout } = await ingot('check', 'doubtful', '--format', format)
    expect([code, codeIn(stdout)]).toEqual([1, 'duplicate-path'])
  })

  it('checks each class by itself, and those of other controllers too', async () => {
    const inClass = (name: string, className: string) => {
      const manifest = JSON.parse(ingress(name, { 'a.test': ['/ p web'] }).replace('---', ''))
      manifest.spec.ingressClassName = className
      return `${JSON.stringify(manifest)}\n---\n`
    }
    const classes = ['inner', 'outer'].map(
      name =>
        `{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"${name}"},"spec":{"controller":"example.com/${name}"}}\n---\n`,
    )
    const apart = classes.join('') + inClass('a', 'inner') + inClass('b', 'outer')
    expect((await piped(apart, 'check', '-f', '-')).stdout).toContain('no findings')
    expect((await piped(apart + inClass('c', 'outer'), 'check', '-f', '-')).stdout).toContain('duplicate-path')
  })

  it('counts by the configuration of the proxy', async () => {
    await writeFile(
      join(folder, 'ingot.yaml'),
      'files: [fine]\nkubernetes: { hostOwnership: { shop.example.com: [team] } }\n',
    )
    const { code, stdout } = await ingot('check', '--config', 'ingot.yaml')
    expect([code, stdout.includes('host-not-allowed')]).toEqual([1, true])
    await writeFile(join(folder, 'ingot.yaml'), 'flies: []\n')
    expect((await ingot('check', '--config', 'ingot.yaml')).code).toBe(2)
  })
})

describe('ingot explain', () => {
  it('writes one object a line, in the order of the requests', async () => {
    const urls = [
      'http://shop.example.com/cart',
      'http://blue.example.com/',
      'http://a.b.example.com/',
      'http://x@shop.example.com/',
    ]
    const { code, stdout } = await ingot('explain', '--format', 'json', '-f', 'fine', ...urls)
    expect(code).toBe(0)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(
      lines.map(({ url, outcome, status, ingress, rule, path, backend, reason }) => ({
        url,
        outcome,
        status,
        ingress,
        rule,
        path,
        backend,
        reason,
      })),
    ).toEqual([
      {
        ...{
          url: urls[0],
          outcome: 'route',
          status: null,
          ingress: { namespace: 'default', name: 'shop' },
          rule: 0,
          path: 1,
        },
        ...{ backend: { service: { name: 'cart', port: 80 } }, reason: 'path-exact' },
      },
      {
        ...{
          url: urls[1],
          outcome: 'route',
          status: null,
          ingress: { namespace: 'default', name: 'shop' },
          rule: 1,
          path: 0,
        },
        ...{ backend: { service: { name: 'tenants', port: 80 } }, reason: 'path-prefix' },
      },
      {
        url: urls[2],
        outcome: 'notFound',
        status: 404,
        ingress: null,
        rule: null,
        path: null,
        backend: null,
        reason: 'not-found',
      },
      {
        url: urls[3],
        outcome: 'badRequest',
        status: 400,
        ingress: null,
        rule: null,
        path: null,
        backend: null,
        reason: 'bad-host',
      },
    ])
    expect(lines[0].candidates.map(({ pathRule, lost }: Record<string, string>) => [pathRule, lost])).toEqual(
      [
        ['/cart', null],
        ['/', 'exact-beats-prefix'],
      ].concat([['/', 'less-specific-host']] as never),
    )
  })

  it('tells people the trail and the near misses', async () => {
    const { stdout } = await ingot('explain', '-f', 'fine', 'http://shop.example.com/cart/')
    expect(stdout).toContain('-> default/web:80  (Ingress default/shop, rule 1, path 1)')
    expect(stdout).toContain('not shop.example.com Exact /cart of default/shop: differs in the slash at the end only')
  })

  it('answers thousands of requests in one run', async () => {
    const requests = Array.from({ length: 5000 }, (_, index) =>
      index % 2 === 0
        ? `http://t${index}.example.com/`
        : JSON.stringify({ url: '/cart', headers: { host: 'shop.example.com' } }),
    )
    const { code, stdout } = await piped(
      requests.join('\n'),
      'explain',
      '-f',
      'fine',
      '--format',
      'json',
      '--requests',
      '-',
    )
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).backend.service.name)
    expect([code, lines.length, new Set(lines)]).toEqual([0, 5000, new Set(['tenants', 'cart'])])
  })

  it('reads manifests from standard input', async () => {
    const { stdout } = await piped(shop, 'explain', '-f', '-', 'http://shop.example.com/')
    expect(stdout).toContain('-> default/web:80')
  })

  it('takes fields and a method for the requests of the command line', async () => {
    const { stdout } = await ingot('explain', '-f', 'fine', '/cart', '-H', 'Host: shop.example.com', '--format', 'json')
    expect(JSON.parse(stdout).backend.service.name).toBe('cart')
    expect((await ingot('explain', '-f', 'fine', 'http://shop.example.com/', '-X', 'TRACE')).stdout).toContain('-> 405')
  })

  it('says that an Ingress is not served, and how to ask for it', async () => {
    const foreign = `{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"nginx"},"spec":{"controller":"k8s.io/ingress-nginx"}}\n---\n${shop.replace('"spec":{', '"spec":{"ingressClassName":"nginx",')}`
    const unasked = await piped(foreign, 'explain', '-f', '-', 'http://shop.example.com/')
    expect(unasked.stderr).toContain(
      'Ingress default/shop is not served here: class nginx belongs to controller k8s.io/ingress-nginx',
    )
    expect(unasked.stdout).toContain('-> 404')
    for (const flags of [
      ['--class', 'nginx'],
      ['--profile', 'ingress-nginx'],
    ]) {
      expect((await piped(foreign, 'explain', '-f', '-', 'http://shop.example.com/', ...flags)).stdout).toContain(
        '-> default/web:80',
      )
    }
  })
})

describe('ingot test', () => {
  it('records a first file, which then passes, and fails where routing has changed', async () => {
    expect((await ingot('test', '--record', 'cases.yaml', '-f', 'fine')).code).toBe(0)
    const recorded = await ingot('test', 'cases.yaml')
    expect(recorded.code).toBe(0)
    expect(recorded.stdout).toMatch(/^\d+ passed, 0 failed\n$/)
    expect(Number.parseInt(recorded.stdout, 10)).toBeGreaterThan(4)
    const { code, stdout } = await ingot('test', 'cases.yaml', '-f', 'changed')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FAIL cases\.yaml:\d+ shop\.example\.com\/cart, exactly: cart$/m)
    expect((await ingot('test', 'cases.yaml', '-f', 'changed', '--format', 'junit')).stdout).toContain('failures="1"')
    expect((await ingot('test', 'cases.yaml', '-f', 'changed', '--format', 'github')).stdout).toMatch(
      /^::error file=cases\.yaml,line=\d+,/,
    )
  })

  it('does not write over a file unless it is told to', async () => {
    await writeFile(join(folder, 'mine.yaml'), 'tests: []\n')
    expect((await ingot('test', '--record', 'mine.yaml', '-f', 'fine')).code).toBe(2)
    expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toBe('tests: []\n')
    expect((await ingot('test', '--record', '--force', 'mine.yaml', '-f', 'fine')).code).toBe(0)
  })
})

describe('ingot diff', () => {
  it('exits with 0 where no request is answered differently, whatever lines differ', async () => {
    const reordered = JSON.parse(shop.replace('---', ''))
    reordered.spec.rules.reverse()
    reordered.metadata.labels = { changed: 'yes' }
    const { code, stdout } = await piped(JSON.stringify(reordered), 'diff', 'fine', '-')
    expect([code, stdout]).toEqual([0, 'No request is answered differently (4 kinds of requests were compared).\n'])
  })

  it('exits with 1 and shows before and after with their places', async () => {
    const { code, stdout } = await ingot('diff', 'fine', 'changed')
    expect(code).toBe(1)
    expect(stdout).toContain(
      'http://shop.example.com/cart\n  before  default/cart:80  by Ingress default/shop (fine/shop.yaml:1)\n  after   default/basket:80',
    )
    const { changes } = JSON.parse((await ingot('diff', 'fine', 'changed', '--format', 'json')).stdout)
    expect(changes).toHaveLength(1)
  })

  it('compares the same manifests under two controllers', async () => {
    const { code, stdout } = await ingot('diff', 'fine', '--old-profile', 'traefik')
    expect(code).toBe(1)
    // `PathPrefix("/")` is a longer text than `Path("/cart")`.
    expect(stdout).toContain('http://shop.example.com/cart\n  before  default/web:80')
    expect((await ingot('diff', 'fine', '--old-profile', 'ingress-nginx')).code).toBe(0)
  })
})

describe('ingot routes', () => {
  it('draws the table as a tree, with what is never used', async () => {
    const { code, stdout } = await ingot('routes', 'doubtful')
    expect(code).toBe(0)
    expect(stdout).toContain('shop.example.com\n')
    expect(stdout).toMatch(/└─ \/cart +Exact +default\/cart:80/)
    expect(stdout).toMatch(/never used: Prefix \/ of default\/other has its requests/)
  })

  it('writes the same as JSON', async () => {
    const { routes } = JSON.parse((await ingot('routes', 'doubtful', '--format', 'json')).stdout)
    expect(routes.filter(({ shadowedBy }: { shadowedBy: unknown }) => shadowedBy !== null)).toEqual([
      expect.objectContaining({
        backend: 'default/web:80',
        shadowedBy: { path: '/', pathType: 'Prefix', ingress: 'default/other' },
      }),
    ])
  })
})
