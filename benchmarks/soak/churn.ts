import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingress } from '../../apps/ingot/test/e2e/manifests.ts'

/** A folder of manifests for the hosts of the soak, which change. */
export class Churn {
  readonly folder = mkdtempSync(join(tmpdir(), 'ingot-soak-'))
  /** Routes that were changed. */
  changes = 0
  readonly #hostilePort: number

  /** Routes `a.test` to the ports, and `/hostile` there to `hostilePort`. */
  constructor(ports: readonly number[], hostilePort: number) {
    this.#hostilePort = hostilePort
    this.#put('a.json', ingress('a', 'a.test', { '/': 'web', '/hostile': 'hostile' }))
    this.endpoints(ports)
  }

  /** Moves a route of some other host. */
  changeRoute(): void {
    this.#put('churn.json', ingress('churn', `c${this.changes++ % 50}.test`, { '/': 'web' }))
  }

  /** The upstreams of `a.test` are these from now on. */
  endpoints(ports: readonly number[]): void {
    const web = ports.map(port => `127.0.0.1:${port}`)
    this.#put('resolve.yaml', JSON.stringify({ web, hostile: [`127.0.0.1:${this.#hostilePort}`] }))
  }

  /** A manifest that concerns nobody breaks, or is mended. */
  breakManifest(isBroken: boolean): void {
    this.#put('broken.yaml', isBroken ? 'kind: [Ingress' : '{}')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }

  /** As a volume does it: a reader finds the old text or the new one. */
  #put(name: string, text: string): void {
    writeFileSync(join(this.folder, `.${name}.draft`), text)
    renameSync(join(this.folder, `.${name}.draft`), join(this.folder, name))
  }
}
