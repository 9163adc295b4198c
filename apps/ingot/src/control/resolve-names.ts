import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Backend, isForbiddenAddress } from '@ingot/kubernetes'

/** How often names are looked up again, in milliseconds. */
const REFRESH = 5_000

/**
 * Turns endpoints that are DNS names into one endpoint for each address behind the name, and keeps looking.
 * A name that cannot be looked up keeps its last good addresses.
 */
export class NameResolver {
  readonly #addresses = new Map<string, readonly string[]>()
  readonly #onChange: () => void
  #timer: NodeJS.Timeout | undefined

  /** `onChange` is called when a name leads to other addresses than before. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** The same backends with addresses for names. Names that are new are looked up first. */
  async expand(backends: ReadonlyMap<string, Backend>): Promise<Map<string, Backend>> {
    const names = namesOf(backends)
    await Promise.all([...names].filter(name => !this.#addresses.has(name)).map(name => this.#refresh(name)))
    for (const name of this.#addresses.keys()) if (!names.has(name)) this.#addresses.delete(name)
    this.#schedule()
    return new Map([...backends].map(([id, backend]) => [id, this.#expandOne(backend)]))
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #expandOne(backend: Backend): Backend {
    if (backend.endpoints.every(endpoint => isIP(endpoint.address) !== 0)) return backend
    // What an ExternalName leads to is known only now (semantics 9.7).
    const mayUse = (address: string) => backend.dns?.kind !== 'external' || !isForbiddenAddress(address)
    const endpoints = backend.endpoints.flatMap(endpoint =>
      addressesOf(endpoint.address, this.#addresses)
        .filter(mayUse)
        .map(address => ({ ...endpoint, address })),
    )
    return endpoints.length > 0 ? { ...backend, endpoints } : { ...backend, endpoints, unavailable: 'no-endpoints' }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#addresses.size === 0) return
    this.#timer = setTimeout(() => void this.#refreshAll(), REFRESH)
    this.#timer.unref()
  }

  async #refreshAll(): Promise<void> {
    const changed = await Promise.all([...this.#addresses.keys()].map(name => this.#refresh(name)))
    if (changed.includes(true)) this.#onChange()
    this.#schedule()
  }

  async #refresh(name: string): Promise<boolean> {
    const before = this.#addresses.get(name) ?? []
    const found = await lookup(name, { all: true }).catch(() => undefined)
    const after = found === undefined ? before : found.map(entry => entry.address).sort()
    this.#addresses.set(name, after)
    return before.join() !== after.join()
  }
}

function addressesOf(address: string, known: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return isIP(address) !== 0 ? [address] : (known.get(address) ?? [])
}

function namesOf(backends: ReadonlyMap<string, Backend>): Set<string> {
  const addresses = [...backends.values()].flatMap(backend => backend.endpoints.map(endpoint => endpoint.address))
  return new Set(addresses.filter(address => isIP(address) === 0))
}
