import { fileURLToPath } from 'node:url'
import { runChild } from '../../support/child.ts'
import type { LoadResult, LoadTarget } from './load.ts'

const scripts = {
  open: new URL('open-loop.ts', import.meta.url),
  websocket: new URL('websocket-echo.ts', import.meta.url),
}

/** Runs one of the generators that are written here, in a process of its own. */
export function nodeLoad(script: keyof typeof scripts) {
  return async (target: LoadTarget, seconds: number): Promise<LoadResult> => {
    const file = fileURLToPath(scripts[script])
    const args = [JSON.stringify({ ...target, hosts: target.hosts.slice(0, 1) }), String(seconds)]
    const command = [process.execPath, ...process.execArgv, file, ...args]
    return JSON.parse(await runChild(command, 'load', (seconds + 30) * 1000)) as LoadResult
  }
}
