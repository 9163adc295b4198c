import { connect, type TLSSocket } from 'node:tls'
import { afterEach, expect, it } from 'vitest'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { trafficSettings } from '../../src/configuration/traffic-options.ts'
import { Traffic } from '../../src/data-plane/traffic.ts'
import { TrafficTelemetry } from '../../src/telemetry/traffic-telemetry.ts'

let traffic: Traffic
afterEach(() => traffic.close())

it('resumes TLS sessions until their keys are renewed', async () => {
  const values = { listen: { host: '127.0.0.1', port: 0, httpsPort: 0 }, log: { level: 'silent' } }
  const settings = trafficSettings(readConfiguration(undefined, { values, flags: new Map() }))
  traffic = new Traffic(settings, new TrafficTelemetry(settings, { write: () => {} }))
  const pair = await (await authority()).issue(['a.example.com'])
  await traffic.apply({ certificates: { pairs: new Map([['a', pair]]), bySubject: [{ certificate: 'a' }] } })
  const { https } = await traffic.listen()

  const first = await session(https!)
  expect((await session(https!, first.ticket)).resumed).toBe(true)
  await traffic.apply({ ticketKeys: new Uint8Array(48).fill(1) })
  expect((await session(https!, first.ticket)).resumed).toBe(false)
})

/** Connects and asks for something, and waits for the answer: a ticket comes before it. */
function session(port: number, before?: Buffer): Promise<{ resumed: boolean; ticket: Buffer | undefined }> {
  return new Promise((resolve, reject) => {
    let ticket = before
    const socket: TLSSocket = connect({
      ...{ port, host: '127.0.0.1', servername: 'a.example.com', rejectUnauthorized: false },
      ...(before !== undefined && { session: before }),
    })
    socket.on('error', reject)
    socket.on('session', received => {
      ticket = received
    })
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n'))
    socket.on('data', () => {
      resolve({ resumed: socket.isSessionReused(), ticket })
      socket.destroy()
    })
  })
}
