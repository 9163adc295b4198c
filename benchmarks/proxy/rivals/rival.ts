import type { Missing } from '../../support/debian-package.ts'

/** An address of 127.0.0.1 that answers. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What is configured: every host leads, with every path, to the same endpoints in turn. */
export interface Routing {
  readonly hosts: readonly string[]
  readonly endpoints: readonly Endpoint[]
}

/** What a proxy can be asked for beyond HTTP/1.1. */
export type Feature = 'tls' | 'http2' | 'websocket' | 'change'

/** What clients speak: HTTP/1.1 in the clear, over TLS, or HTTP/2 over TLS. */
export type Front = 'http' | 'https' | 'h2'

/** The paths of a key and a certificate in PEM. */
export interface CertificateFiles {
  readonly key: string
  readonly certificate: string
}

export interface Setup {
  readonly routing: Routing
  readonly front: Front
  readonly certificate: CertificateFiles
  /** An empty folder for configuration. */
  readonly folder: string
}

/** A proxy that runs, on one core. */
export interface RunningProxy {
  readonly port: number
  /** The root of its process tree. */
  readonly pid: number
  /** Takes over another routing, while requests run. */
  readonly change?: (routing: Routing) => Promise<void>
  /** Why it is not there any more. */
  readonly gone: () => string | undefined
  readonly stop: () => Promise<void>
}

/** A proxy that takes part. */
export interface Rival {
  readonly name: string
  /** Who provides it: Debian, npm, this repository; `none` goes straight to the upstream. */
  readonly origin: 'debian' | 'npm' | 'ingot' | 'none'
  /** Features it is not measured with, and why. */
  readonly lacks: Readonly<Partial<Record<Feature, string>>>
  /** Gets what it needs. */
  readonly prepare: () => Promise<{ readonly version: string } | Missing>
  readonly start: (setup: Setup) => Promise<RunningProxy>
}
