import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a command can be found. Some live where only root looks. */
export function hasCommand(name: string): boolean {
  return searchPath().some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What a command prints, trimmed. Rejects if it fails. */
export async function output(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout, stderr } = await run(command, [...args], { cwd, env: environment(), maxBuffer: 1 << 28 })
  return (stdout || stderr).trim()
}

/** The environment for child processes. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath().join(delimiter) }
}

function searchPath(): string[] {
  return [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'])]
}
