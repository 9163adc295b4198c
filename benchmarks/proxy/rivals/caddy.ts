import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../../support/child.ts'
import { ensureTool } from '../../support/debian-package.ts'
import { freePort, untilListening } from '../../support/free-port.ts'
import type { Rival, Routing, Setup } from './rival.ts'

export const caddy: Rival = {
  name: 'caddy',
  origin: 'debian',
  lacks: {},
  prepare: () => ensureTool('caddy', 'caddy', 'version'),
  async start(setup) {
    const port = await freePort()
    const adminPort = await freePort()
    const file = join(setup.folder, 'caddy.json')
    const document = (routing: Routing) => JSON.stringify(configuration(setup, routing, port, adminPort))
    await writeFile(file, document(setup.routing))
    const child = startChild(['caddy', 'run', '--config', file], {
      role: 'proxy',
      env: { GOMAXPROCS: '1', HOME: setup.folder, XDG_DATA_HOME: setup.folder, XDG_CONFIG_HOME: setup.folder },
    })
    await untilListening(port, 30_000, child.gone)
    return {
      port,
      ...child,
      async change(routing) {
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(`http://127.0.0.1:${adminPort}/load`, {
          method: 'POST',
          headers,
          body: document(routing),
        })
        if (!answer.ok) throw new Error(`caddy did not take the change: ${await answer.text()}`)
      },
    }
  },
}

function configuration({ front, certificate }: Setup, { hosts, endpoints }: Routing, port: number, adminPort: number) {
  const proxy = {
    handler: 'reverse_proxy',
    load_balancing: { selection_policy: { policy: 'round_robin' } },
    transport: { protocol: 'http', keep_alive: { max_idle_conns: 1024, max_idle_conns_per_host: 512 } },
    upstreams: endpoints.map(({ address, port }) => ({ dial: `${address}:${port}` })),
  }
  const { certificate: file, key } = certificate
  return {
    admin: { listen: `127.0.0.1:${adminPort}`, config: { persist: false } },
    logging: { logs: { default: { level: 'ERROR' } } },
    apps: {
      http: {
        servers: {
          front: {
            listen: [`127.0.0.1:${port}`],
            protocols: front === 'h2' ? ['h1', 'h2'] : ['h1'],
            automatic_https: { disable: true },
            routes: [
              { match: [{ host: hosts }], handle: [proxy], terminal: true },
              { handle: [{ handler: 'static_response', status_code: 404 }] },
            ],
            ...(front !== 'http' && { tls_connection_policies: [{}] }),
          },
        },
      },
      ...(front !== 'http' && { tls: { certificates: { load_files: [{ certificate: file, key }] } } }),
    },
  }
}
