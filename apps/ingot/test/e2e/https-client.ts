import { request } from 'node:https'
import type { Received } from './backends.ts'

/** Asks one of the test's backends over TLS, and verifies the certificate for the host. Rejects unless both are good. */
export function askSecurely(port: number, host: string, ca: string, path = '/'): Promise<Received> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path, servername: host, headers: { host }, ca, agent: false }
    const sent = request(to, response => {
      let text = ''
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text))
        else reject(new Error(`answered ${response.statusCode}`))
      })
    })
    sent.on('error', reject).end()
  })
}
