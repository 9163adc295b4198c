import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The end-to-end tests run the binary as it is published; turbo rebuilds it only if a source has changed. */
export function setup(): void {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=ingot', '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  })
}
