import { readFileSync } from 'node:fs'

/** The version in the package's own `package.json`, which is one folder above, built or not. */
export function programVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
