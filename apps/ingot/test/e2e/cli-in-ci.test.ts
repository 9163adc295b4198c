import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ingress } from '../manifests.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const binary = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-ci-'))
  for (const name of ['bin', 'deploy', 'before']) await mkdir(join(folder, name))
  const shop = ingress('shop', { 'shop.example.com': ['/ p web'] })
  await writeFile(join(folder, 'before', 'shop.yaml'), shop)
  await writeFile(
    join(folder, 'deploy', 'shop.yaml'),
    shop + ingress('other', { 'shop.example.com': ['/ p other', '/cart p cart'] }),
  )
  await writeFile(
    join(folder, 'tests.yaml'),
    'manifests: [deploy]\ntests: [{ request: http://shop.example.com/cart, backend: web }]\n',
  )
  // What npm would fetch is the program that was just built.
  const npx = join(folder, 'bin', 'npx')
  await writeFile(npx, `#!/bin/sh\n[ "$1" = --yes ] || exit 9\nshift 2\nexec "${process.execPath}" "${binary}" "$@"\n`)
  await chmod(npx, 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

async function bash(script: string, env: Record<string, string> = {}) {
  const path = `${join(folder, 'bin')}:${process.env.PATH}`
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, ...env, PATH: path },
    stdio: 'pipe',
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

describe('the action for GitHub', async () => {
  const action = parse(await readFile(join(root, 'action.yml'), 'utf8'))
  const step = action.runs.steps.at(-1)

  /** Runs the step with its inputs, as the runner would put them into the environment. */
  const act = (inputs: Record<string, string>) => {
    const value = (expression: string) => {
      const name = /^\$\{\{ inputs\.(\S+) \}\}$/.exec(expression)![1]!
      return inputs[name] ?? action.inputs[name].default
    }
    const env = Object.entries<string>(step.env).map(([name, expression]) => [name, value(expression)] as const)
    return bash(step.run, Object.fromEntries(env))
  }

  it('puts nothing from outside into the script', () => {
    expect(step.run).not.toContain('${{')
  })

  it('annotates findings and fails', async () => {
    const { code, stdout } = await act({ paths: 'deploy' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::warning file=deploy\/shop\.yaml,.*title=ingot duplicate-path::/)
  })

  it('passes where nothing is bad enough', async () => {
    expect(await act({ paths: 'deploy\nbefore', 'fail-on': 'never' })).toMatchObject({ code: 0 })
    expect(await act({ paths: 'before' })).toMatchObject({ code: 0, stdout: '' })
  })

  it('writes SARIF', async () => {
    expect((await act({ paths: 'deploy', sarif: 'out.sarif' })).code).toBe(1)
    expect(JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8')).version).toBe('2.1.0')
  })

  it('runs routing tests', async () => {
    const { code, stdout } = await act({ paths: 'before', cases: 'tests.yaml\n' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error file=tests\.yaml,line=2,title=ingot test::/m)
  })

  it('annotates what changes for requests, which is no failure', async () => {
    const { code, stdout } = await act({ paths: 'deploy', 'compare-with': 'before', 'fail-on': 'never' })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^::warning file=deploy\/shop\.yaml,line=\d+,title=ingot diff::http:\/\/shop\.example\.com\//m,
    )
  })

  it('fails where there is nothing to check', async () => {
    expect((await act({ paths: 'gone' })).code).toBe(2)
  })
})

describe('the hooks for pre-commit', async () => {
  const hooks: { id: string; entry: string; args: string[] }[] = parse(
    await readFile(join(root, '.pre-commit-hooks.yaml'), 'utf8'),
  )
  const hook = (id: string, ...args: string[]) => {
    const { entry, args: standard } = hooks.find(one => one.id === id)!
    return bash([entry, ...(args.length > 0 ? args : standard)].join(' '))
  }

  it('check a folder', async () => {
    expect((await hook('ingot-check')).code).toBe(1)
    expect((await hook('ingot-check', 'before')).code).toBe(0)
  })

  it('run routing tests', async () => {
    expect((await hook('ingot-test', 'tests.yaml')).stdout).toContain('0 passed, 1 failed')
  })
})
