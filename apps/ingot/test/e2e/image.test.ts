import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseObjects, find } from '../deploy/deployed.ts'
import { copies, defaultArguments, entrypoint, gatherCommand, ImageRoot, user } from './image-root.ts'
import { IngotProcess } from './ingot-process.ts'
import { serving } from './serve-fixture.ts'
import { whoServes } from './who-serves.ts'

const workspace = join(import.meta.dirname, '../../../..')
/** Only root may become somebody else; others are nobody special already. */
const asUser = process.getuid?.() === 0 ? user : undefined

describe('what the Dockerfile says', () => {
  let image: ImageRoot
  const serve = serving('web')
  beforeAll(async () => {
    image = await ImageRoot.assemble()
  })
  afterAll(() => image?.remove())

  const start = (...args: string[]) =>
    new IngotProcess(args, { program: image.program, user: asUser, env: { NODE_ENV: 'production' } })

  it('copies what is there, and all that the package ships for running', () => {
    expect(copies.map(({ to }) => to)).toEqual(['/app/package.json', '/app/node_modules', '/app/dist'])
    for (const { to } of copies) expect(existsSync(image.path(to)), to).toBe(true)
    const { files, bin } = JSON.parse(readFileSync(image.path('/app/package.json'), 'utf8'))
    expect(existsSync(image.path(join('/app', bin.ingot)))).toBe(true)
    // The schemas are for editors.
    expect(files).toEqual(['dist', 'schema'])
  })

  it('runs as the Deployment and the chart run it', () => {
    const { securityContext, containers } = find(baseObjects, 'Deployment', 'ingot').spec.template.spec
    expect(securityContext.runAsUser ?? user).toBe(user)
    expect(containers[0].securityContext.readOnlyRootFilesystem).toBe(true)
    expect(user).toBe(65532)
    expect(defaultArguments).toEqual(['serve', '--cluster'])
    expect(gatherCommand).toMatch(/--prod/)
  })

  it('leaves nothing that is kept in git out of the build', () => {
    const ignored = readFileSync(join(workspace, 'apps/ingot/Dockerfile.dockerignore'), 'utf8').trim().split('\n')
    const tracked = execFileSync('git', ['ls-files', 'apps', 'packages', '*.json', '*.yaml'], {
      cwd: workspace,
      encoding: 'utf8',
    })
    const left = tracked.split('\n').filter(file => ignored.some(pattern => matchesGlob(file, `${pattern}/**`)))
    expect(left.filter(file => !file.startsWith('benchmarks/'))).toEqual([])
  })

  it('serves a folder from files that nobody may write', async () => {
    const paths = [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }]
    const spec = { rules: [{ host: 'shop.example.com', http: { paths } }] }
    const metadata = { name: 'shop', namespace: 'default' }
    await serve.write(
      'all.json',
      JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec }),
    )
    execFileSync('chmod', ['-R', 'a+rX', serve.folder])
    const ports = ['--host', '127.0.0.1', '--port', '0', '--admin-port', '0', '--workers', '2']
    const ingot = start('serve', '-f', serve.folder, ...ports, ...serve.backends.flags())
    await ingot.ready()
    expect(await whoServes(ingot, 'shop.example.com')).toBe('web')
    expect((await fetch(ingot.url('admin', '/metrics'))).status).toBe(200)
    expect(await ingot.stop()).toBe(0)
    expect(ingot.errors).toEqual([])
  })

  it.each(['--version', '--help', 'check --help'])('answers `%s`', async args => {
    const ingot = start(...args.split(' '))
    expect(await ingot.exited()).toBe(0)
  })

  it.each([
    ['write a file', "require('node:fs').writeFileSync(require('node:os').tmpdir() + '/ingot-image-test', '')"],
    ['start a program', "require('node:child_process').spawnSync('true')"],
    ['load native code', "process.dlopen({ exports: {} }, '/none.node')"],
    [
      'write a file in a thread',
      "new (require('node:worker_threads').Worker)(`require('node:fs').writeFileSync(require('node:os').tmpdir() + '/ingot-image-test', '')`, { eval: true })",
    ],
  ])('keeps the program from what it is not to do: to %s', (_, code) => {
    const flags = image.program.filter(word => !word.endsWith('/dist/main.js'))
    const { stderr, status } = spawnSync(flags[0]!, [...flags.slice(1), '-e', code], { encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/)
  })

  it('names the program by its path in the image', () => {
    expect(entrypoint.at(-1)).toBe('/app/dist/main.js')
  })
})
