import { request as httpRequest } from 'node:http'
import { connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import type { Scenario } from './scenarios.ts'

interface Answer {
  readonly status: number
  readonly length: number
}

const expectedLength = { '/1k': 1024, '/100k': 102_400, '/upload': 2 }

/**
 * Asks for what the load will ask for, and for a host that nobody configured. Throws if an answer is not the right one:
 * a wrong answer is not worth measuring.
 */
export async function verify(scenario: Scenario, port: number, hosts: readonly string[]): Promise<void> {
  if (scenario.load === 'websocket') return
  const asked = [hosts[0], hosts[hosts.length >> 1], hosts.at(-1)] as string[]
  for (const host of new Set(scenario.front === 'http' ? asked : asked.slice(0, 1))) {
    const answer = await ask(scenario, port, host)
    if (answer.status !== 200 || answer.length !== expectedLength[scenario.path]) {
      throw new Error(`wrong answer for ${host}: status ${answer.status}, ${answer.length} bytes`)
    }
  }
}

/** Throws if a host that is not configured is served: then hosts are not looked at. */
export async function verifyRefusal(scenario: Scenario, port: number): Promise<void> {
  if (scenario.front !== 'http') return
  const { status } = await ask(scenario, port, 'nobody.example')
  if (status === 200) throw new Error('a host that is not configured is served')
}

function ask(scenario: Scenario, port: number, host: string): Promise<Answer> {
  return scenario.front === 'h2' ? askHttp2(scenario, port, host) : askHttp1(scenario, port, host)
}

function askHttp1({ front, path, upload = 0 }: Scenario, port: number, host: string): Promise<Answer> {
  const request = front === 'http' ? httpRequest : httpsRequest
  const options = { host: '127.0.0.1', port, path, method: upload > 0 ? 'POST' : 'GET', headers: { host } }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request({ ...options, servername: host, rejectUnauthorized: false, timeout: 10_000 }, response => {
    let length = 0
    response.on('data', (chunk: Buffer) => (length += chunk.length))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, length })).on('error', reject)
  })
  sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer in 10 s')))
  sent.end(Buffer.alloc(upload, 'x'))
  return promise
}

async function askHttp2({ path }: Scenario, port: number, host: string): Promise<Answer> {
  const session = connect(`https://${host}:${port}`, { host: '127.0.0.1', rejectUnauthorized: false } as never)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  session.on('error', reject)
  const stream = session.request({ ':path': path, ':authority': `${host}:${port}` })
  let status = 0
  let length = 0
  stream.on('response', headers => (status = Number(headers[':status'])))
  stream.on('data', (chunk: Buffer) => (length += chunk.length))
  stream.on('end', () => resolve({ status, length })).on('error', reject)
  stream.setTimeout(10_000, () => reject(new Error('no answer in 10 s')))
  return promise.finally(() => session.destroy())
}
