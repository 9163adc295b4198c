import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../../support/child.ts'
import { ensureTool } from '../../support/debian-package.ts'
import { freePort, untilListening } from '../../support/free-port.ts'
import type { Rival, Routing, Setup } from './rival.ts'

export const nginx: Rival = {
  name: 'nginx',
  origin: 'debian',
  lacks: {},
  prepare: () => ensureTool('nginx', 'nginx', '-v'),
  async start(setup) {
    const port = await freePort()
    const file = join(setup.folder, 'nginx.conf')
    await writeFile(file, configuration(setup, setup.routing, port))
    const child = startChild(['nginx', '-p', setup.folder, '-c', file, '-e', 'stderr'], { role: 'proxy' })
    await untilListening(port, 30_000, child.gone)
    return {
      port,
      ...child,
      async change(routing) {
        await writeFile(file, configuration(setup, routing, port))
        child.process.kill('SIGHUP')
      },
    }
  },
}

/**
 * 512 idle upstream connections and large buffers: with the defaults it looks up to twice worse at 256 connections and
 * with large bodies. Connections live as long as they are used, as with everyone else here.
 */
function configuration({ front, certificate, folder }: Setup, { hosts, endpoints }: Routing, port: number): string {
  const tls = front === 'http' ? '' : front === 'https' ? ' ssl' : ' ssl http2'
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 75s;
  client_body_buffer_size 64k;
  server_names_hash_max_size 1048576;
  server_names_hash_bucket_size 128;
  map $http_upgrade $connection_field { default upgrade; '' ''; }
  upstream backend {
    ${endpoints.map(({ address, port }) => `server ${address}:${port};`).join('\n    ')}
    keepalive 512;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port}${tls} backlog=4096 default_server;
    ${tls === '' ? '' : 'ssl_reject_handshake on;'}
    return 404;
  }
  server {
    listen 127.0.0.1:${port}${tls};
    ${tls === '' ? '' : `ssl_certificate ${certificate.certificate};\n    ssl_certificate_key ${certificate.key};`}
    server_name
      ${hosts.join('\n      ')};
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_buffers 16 16k;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_field;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
    }
  }
}
`
}
