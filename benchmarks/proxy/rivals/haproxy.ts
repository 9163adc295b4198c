import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../../support/child.ts'
import { ensureTool } from '../../support/debian-package.ts'
import { freePort, untilListening } from '../../support/free-port.ts'
import type { Rival, Routing, Setup } from './rival.ts'

export const haproxy: Rival = {
  name: 'haproxy',
  origin: 'debian',
  lacks: {},
  prepare: () => ensureTool('haproxy', 'haproxy', '-v'),
  async start(setup) {
    const port = await freePort()
    const file = await writeConfiguration(setup, setup.routing, port)
    const child = startChild(['haproxy', '-W', '-q', '-f', file], { role: 'proxy' })
    await untilListening(port, 30_000, child.gone)
    return {
      port,
      ...child,
      async change(routing) {
        await writeConfiguration(setup, routing, port)
        child.process.kill('SIGUSR2')
      },
    }
  },
}

async function writeConfiguration(setup: Setup, routing: Routing, port: number): Promise<string> {
  const { folder, front, certificate } = setup
  const file = join(folder, 'haproxy.cfg')
  const hosts = join(folder, 'hosts.map')
  const pem = join(folder, 'certificate.pem')
  await writeFile(hosts, routing.hosts.map(host => `${host} backend\n`).join(''))
  await writeFile(pem, (await readFile(certificate.certificate, 'utf8')) + (await readFile(certificate.key, 'utf8')))
  const tls = front === 'http' ? '' : ` ssl crt ${pem} alpn ${front === 'h2' ? 'h2' : 'http/1.1'}`
  await writeFile(file, configuration(routing, `127.0.0.1:${port}${tls}`, hosts))
  return file
}

function configuration({ endpoints }: Routing, bind: string, hosts: string): string {
  return `
global
  nbthread 1
  maxconn 8192
  tune.bufsize 32768
defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 60s
  timeout tunnel 1h
  option http-keep-alive
  option forwardfor
frontend front
  bind ${bind}
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend %[req.hdr(host),host_only,lower,map_str(${hosts})]
backend backend
  balance roundrobin
  http-reuse always
  ${endpoints.map(({ address, port }, index) => `server s${index} ${address}:${port} pool-max-conn 512`).join('\n  ')}
`
}
