import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { exchangeRaw } from './support/raw-client.ts'
import { httpUpstream } from './support/upstream.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Runs a program that serves, and returns the port it prints. */
async function start(program: string) {
  const child = spawn(process.execPath, ['--conditions=@ingot/source', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = await new Promise<string[]>((done, failed) => {
    child.stdout.once('data', (line: Buffer) => done(line.toString().split('\n')))
    child.once('exit', code => failed(new Error(`the program ended with ${code}`)))
  })
  return { child, port: Number(port) }
}

it('the README shows a program that runs', async () => {
  await using upstream = await httpUpstream((request, response) => response.end(`you asked for ${request.url}`))
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(file('../README.md'), 'utf8')) ?? []
  const program = file(`../coverage/readme-${process.pid}.mjs`)
  mkdirSync(file('../coverage'), { recursive: true })
  writeFileSync(
    program,
    code
      .replace('8081', String(upstream.port))
      .replace('server.listen(8080)', "server.listen(0, '127.0.0.1', () => console.log(server.address().port))"),
  )
  const { child, port } = await start(program)
  try {
    const { text } = await exchangeRaw(port, 'GET /x HTTP/1.1\r\nHost: any.test\r\n\r\n', 50)
    expect(text).toMatch(/you asked for \/x$/)
  } finally {
    child.kill()
    rmSync(program)
  }
})
