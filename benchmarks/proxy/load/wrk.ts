import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../../support/child.ts'
import type { LoadResult, LoadTarget } from './load.ts'

/** A closed loop: each connection sends its next request when it has the answer to the last. */
export async function wrk(target: LoadTarget, seconds: number): Promise<LoadResult> {
  const script = join(target.folder, 'wrk.lua')
  await writeFile(script, scriptFor(target))
  const url = `${target.secure ? 'https://localhost' : 'http://127.0.0.1'}:${target.port}${target.path}`
  const options = ['-t1', `-c${target.connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script]
  const printed = await runChild(['wrk', ...options, url], 'load', (seconds + 30) * 1000)
  const line = printed.split('\n').find(line => line.startsWith('{'))
  if (line === undefined) throw new Error(`wrk printed no result: ${printed}`)
  return JSON.parse(line) as LoadResult
}

/** wrk is told in Lua what to send, and how to say what it counted. Nothing is computed while it runs. */
function scriptFor({ hosts, upload }: LoadTarget): string {
  return `
wrk.method = "${upload > 0 ? 'POST' : 'GET'}"
wrk.headers["Host"] = "${hosts[0]}"
${upload > 0 ? `wrk.body = string.rep("x", ${upload})` : ''}
${hosts.length > 1 ? cycleThrough(hosts) : ''}
done = function(summary, latency, requests)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.timeout + e.status
  local ms = function(p) return latency:percentile(p) / 1000 end
  print(string.format('{"completed":%d,"duration":%f,"errors":%d,"p50":%f,"p90":%f,"p99":%f,"p999":%f}',
    summary.requests - e.status, summary.duration / 1e6, errors, ms(50), ms(90), ms(99), ms(99.9)))
end
`
}

/** In a stride, so that neighbours in the configuration are not neighbours in time. */
function cycleThrough(hosts: readonly string[]): string {
  return `
local hosts = {${hosts.map(host => `"${host}"`).join(',')}}
local requests = {}
local at = 0
init = function(args)
  for i, host in ipairs(hosts) do requests[i] = wrk.format(nil, nil, { ["Host"] = host }) end
  hosts = nil
end
request = function()
  at = (at + 7919) % #requests
  return requests[at + 1]
end
`
}
