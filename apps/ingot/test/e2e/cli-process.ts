import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const binary = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** How one run of the program ended. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `ingot` to its end in a folder, with a text on standard input. */
export async function run(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [binary, ...args], { cwd: options.cwd, stdio: 'pipe' })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  // A program that has read enough may close its end first.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
