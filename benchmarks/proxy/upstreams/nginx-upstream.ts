import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../../support/child.ts'
import { freePort, untilListening } from '../../support/free-port.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Endpoint } from '../rivals/rival.ts'

/** What everybody proxies to: one nginx process, reached under several ports, so that there are endpoints to choose. */
export async function startNginxUpstream(): Promise<{ endpoints: Endpoint[]; stop: () => Promise<void> }> {
  const folder = await temporaryFolder('upstream')
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()]
  const file = join(folder, 'nginx.conf')
  await writeFile(join(folder, '100k'), 'x'.repeat(102_400))
  await writeFile(file, configuration(folder, ports))
  const child = startChild(['nginx', '-p', folder, '-c', file, '-e', 'stderr'], { role: 'upstream' })
  for (const port of ports) await untilListening(port, 10_000, child.gone)
  return { endpoints: ports.map(port => ({ address: '127.0.0.1', port })), stop: child.stop }
}

function configuration(folder: string, ports: readonly number[]): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off;
  sendfile on;
  open_file_cache max=10;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_buffer_size 64k;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    ${ports.map(port => `listen 127.0.0.1:${port} backlog=4096;`).join('\n    ')}
    location = /1k { return 200 "${'x'.repeat(1024)}"; }
    location = /100k { alias ${folder}/100k; }
    location = /upload { return 200 "ok"; }
  }
}
`
}
