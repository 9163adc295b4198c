import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './cleanup.ts'

/** A new folder that is gone after the run. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `ingot-bench-${name}-`))
  // Servers that were started by root read it as somebody else.
  await chmod(folder, 0o755)
  atExit(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
