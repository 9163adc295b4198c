import type { Server } from 'node:http'
import type { Endpoint, Feature, Front, Routing } from './rival.ts'

/** A library that proxies inside a Node server; a module of this folder exports one as `nodeProxy`. */
export interface NodeProxy {
  /** Its name at the registry, by which its version is found. */
  readonly package: string
  readonly lacks?: Readonly<Partial<Record<Feature, string>>>
  /** Lets it answer everything that `server` receives. */
  readonly attach: (server: Server, context: NodeProxyContext) => void | Promise<void>
}

export interface NodeProxyContext {
  /** The endpoint whose turn it is for a host; what most people write in front of these libraries. */
  readonly find: (host: string | undefined) => Endpoint | undefined
  /** What it begins with. */
  readonly routing: Routing
  readonly front: Front
  /** Hears of each other routing. */
  readonly onChange: (listener: (routing: Routing) => void) => void
}
