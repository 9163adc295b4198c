import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IngotProcess } from '../e2e/ingot-process.ts'
import { ingress } from '../e2e/manifests.ts'

/** A proxy that runs in front of one upstream. */
export interface RunningRival {
  readonly name: string
  /** What it says its version is. */
  readonly version: string
  readonly port: number
  stop(): Promise<void>
}

const programs = { nginx: 'nginx', haproxy: 'haproxy' }

/** Starts every proxy that is installed, each with its own defaults for what it accepts, on a free port. */
export async function startRivals(upstreamPort: number): Promise<RunningRival[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-rivals-'))
  const rivals = [await ingot(folder, upstreamPort)]
  if (installed(programs.nginx, '-v')) rivals.push(await nginx(folder, upstreamPort))
  if (installed(programs.haproxy, '-v')) rivals.push(await haproxy(folder, upstreamPort))
  const last = rivals.at(-1)!
  rivals[rivals.length - 1] = {
    ...last,
    async stop() {
      await last.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return rivals
}

async function ingot(folder: string, upstreamPort: number): Promise<RunningRival> {
  const manifests = join(folder, 'a.json')
  writeFileSync(manifests, ingress('a', 'a.test', { '/': 'web' }))
  const running = await IngotProcess.serve('-f', manifests, '--resolve', `web=127.0.0.1:${upstreamPort}`)
  const stop = async () => void (await running.stop('SIGKILL'))
  return { name: 'Ingot', version: '', port: running.port('http'), stop }
}

async function nginx(folder: string, upstreamPort: number): Promise<RunningRival> {
  const port = await freePort()
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; master_process off; error_log ${folder}/error.log; pid ${folder}/nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream web { server 127.0.0.1:${upstreamPort}; keepalive 4; }
  server { listen 127.0.0.1:${port} default_server; return 404; }
  server {
    listen 127.0.0.1:${port};
    server_name a.test;
    location / {
      proxy_pass http://web;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
    }
  }
}`,
  )
  const child = spawn(programs.nginx, ['-c', config, '-p', folder], { stdio: 'ignore' })
  const version = spawnSync(programs.nginx, ['-v'], { encoding: 'utf8' }).stderr.match(/[\d.]+/)?.[0] ?? ''
  return ready({ name: 'nginx', version, port }, child)
}

async function haproxy(folder: string, upstreamPort: number): Promise<RunningRival> {
  const port = await freePort()
  const config = join(folder, 'haproxy.cfg')
  writeFileSync(
    config,
    `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
  timeout http-request 5s
frontend edge
  bind 127.0.0.1:${port}
  acl ours hdr(host) -i -m reg ^a\\.test\\.?(:[0-9]*)?$
  http-request return status 404 if !ours
  default_backend web
backend web
  server web 127.0.0.1:${upstreamPort}
`,
  )
  const child = spawn(programs.haproxy, ['-f', config, '-db'], { stdio: 'ignore' })
  const version = spawnSync(programs.haproxy, ['-v'], { encoding: 'utf8' }).stdout.match(/[\d.]+/)?.[0] ?? ''
  return ready({ name: 'HAProxy', version, port }, child)
}

async function ready(rival: Omit<RunningRival, 'stop'>, child: ChildProcess): Promise<RunningRival> {
  for (let left = 100; !(await accepts(rival.port)); left--) {
    if (left === 0) throw new Error(`${rival.name} does not listen`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await gone
  }
  return { ...rival, stop }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.destroy() && resolve(true))
    socket.once('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function installed(program: string, flag: string): boolean {
  return spawnSync(program, [flag], { stdio: 'ignore' }).status === 0
}
