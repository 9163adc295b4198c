import { type BackendChanges, BackendTable } from './backends/backend-table.ts'
import { globalDefault } from './backends/default-backends.ts'
import type { BackendOptions } from './backends/resolve-backend.ts'
import { type ClassOptions, classifier, diagnoseClass } from './ingress-class.ts'
import type { WrittenObjects } from './object-store.ts'
import { type HostChanges, HostTable } from './routes/host-table.ts'
import { byRank, rankOf } from './routes/ingress-order.ts'
import { type IngressPart, ingressPart } from './routes/ingress-part.ts'
import type { HostOptions } from './routes/settle-host.ts'
import type { EndpointSlice } from './schema/endpoint-slice.ts'
import type { Ingress } from './schema/ingress.ts'
import { SortedList } from './sorted-list.ts'
import { type TlsConfiguration, tlsHosts } from './tls.ts'
import { type KnownIngress, type Translation, translationOf } from './translation.ts'
import { serviceOf, type TypedChange, TypedObjects } from './typed-objects.ts'

/** All choices that a translation leaves open. */
export interface TranslateOptions extends ClassOptions, HostOptions, BackendOptions {}

/** What is different from the translation before. */
export interface TranslationChanges {
  readonly hosts: HostChanges
  readonly backends: BackendChanges
  /** Whether requests that no route takes may go elsewhere than before. */
  readonly defaultTarget: boolean
  /** Whether other certificates may be asked for, or be there. */
  readonly tls: boolean
}

/** A translation, and how it differs from the one before. */
export interface ChangedTranslation extends Translation {
  readonly changes: TranslationChanges
}

/**
 * Translates objects that change, and does again only what depends on those that did: what one Ingress says by itself
 * (`ingress-part.ts`), what the Ingresses that name one host say together (`host-table.ts`), where one backend leads
 * (`backend-table.ts`). Classes, certificates and the default of everything are one for all, and done again as a whole
 * if they are touched. The outcome depends on the objects there are, and not on the way there.
 */
export class Translator {
  readonly #options: TranslateOptions
  readonly #objects = new TypedObjects()
  readonly #known = new Map<Ingress, KnownIngress>()
  readonly #ordered: SortedList<KnownIngress>
  readonly #hosts: HostTable
  readonly #backends: BackendTable
  readonly #withTls = new Set<IngressPart>()
  readonly #catchingAll = new Set<IngressPart>()
  #decide: ReturnType<typeof classifier>
  #tls: TlsConfiguration
  #default: ReturnType<typeof globalDefault>
  /** What has to be done again as a whole. */
  #touched = { classes: true, tls: true, default: true }

  constructor(options: TranslateOptions = {}) {
    this.#options = options
    const compare = byRank(options)
    this.#ordered = new SortedList((a, b) => compare(a.rank, b.rank))
    this.#backends = new BackendTable(options)
    this.#hosts = new HostTable(options, this.#backends)
    this.#decide = classifier([], options)
    this.#tls = tlsHosts([], this.#objects)
    this.#default = globalDefault([], options)
  }

  /**
   * Takes over what is written now under each name where something may have changed, each name once. Never throws on what
   * objects hold.
   */
  update(changes: Iterable<WrittenObjects>): ChangedTranslation {
    const steps = this.steps(changes)
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value
    }
  }

  /** The same as `update` in small steps, between which other things may be done. To be run to its end. */
  *steps(changes: Iterable<WrittenObjects>): Generator<void, ChangedTranslation> {
    const ingresses = yield* this.#readObjects(changes)
    if (this.#touched.classes) this.#decide = classifier(this.#objects.classes, this.#options)
    yield* this.#changeIngresses(ingresses)
    if (this.#touched.classes) yield* this.#decideAgain()
    const hosts = yield* this.#hosts.settle()
    const backends = yield* this.#backends.settle(this.#objects)
    const { tls, default: defaultTarget } = this.#touched
    if (defaultTarget) this.#default = globalDefault(this.#catchAlls(), this.#options)
    if (tls) this.#tls = tlsHosts(this.#tlsIngresses(), this.#objects)
    this.#touched = { classes: false, tls: false, default: false }
    return Object.assign(this.#snapshot(), { changes: { hosts, backends, defaultTarget, tls } })
  }

  *#readObjects(changes: Iterable<WrittenObjects>): Generator<void, TypedChange<Ingress>[]> {
    const ingresses: TypedChange<Ingress>[] = []
    const { hasServices } = this.#objects
    for (const written of changes) {
      if (written.kind === 'Ingress') ingresses.push(this.#objects.change('Ingress', written))
      else this.#readOther(written)
      yield
    }
    // A Service that is not there is less of a surprise where there is none at all.
    if (this.#objects.hasServices !== hasServices) this.#backends.touchAll()
    return ingresses
  }

  #readOther(written: WrittenObjects): void {
    const { kind, namespace, name } = written
    const { before, after } = this.#objects.change(kind, written)
    if (kind === 'IngressClass') this.#touched.classes = true
    else if (kind === 'Secret') this.#touched.tls = true
    else if (kind === 'Service') this.#backends.touchService(`${namespace}/${name}`)
    else for (const slice of [before, after]) this.#touchServiceOf(slice as EndpointSlice | undefined)
  }

  #touchServiceOf(slice: EndpointSlice | undefined): void {
    const service = serviceOf(slice)
    if (service !== undefined) this.#backends.touchService(service)
  }

  *#changeIngresses(changes: readonly TypedChange<Ingress>[]): Generator<void, void> {
    const gone: KnownIngress[] = []
    const added: KnownIngress[] = []
    for (const { before, after } of changes) {
      if (before === after) continue
      if (before !== undefined) gone.push(this.#withdraw(before))
      if (after !== undefined) added.push(this.#admit(after))
      yield
    }
    this.#ordered.change(gone, added)
  }

  /** Any Ingress may have become ours, or another's. */
  *#decideAgain(): Generator<void, void> {
    const before = [...this.#known.values()]
    const after: KnownIngress[] = []
    for (const known of before) {
      after.push(this.#reconsider(known))
      yield
    }
    this.#ordered.change(before, after)
  }

  #reconsider(known: KnownIngress): KnownIngress {
    const { ingress } = known
    const decision = this.#decide(ingress)
    if (decision.owned !== known.decision.owned) {
      this.#withdraw(ingress)
      return this.#admit(ingress)
    }
    const again = { ...known, decision, diagnostics: diagnoseClass(ingress, decision) }
    this.#known.set(ingress, again)
    return again
  }

  #admit(ingress: Ingress): KnownIngress {
    const decision = this.#decide(ingress)
    const part = decision.owned ? ingressPart(ingress, this.#options) : undefined
    const diagnostics = diagnoseClass(ingress, decision)
    const known = { ingress, rank: rankOf(ingress, this.#options), decision, part, diagnostics }
    this.#known.set(ingress, known)
    if (part === undefined) return known
    this.#hosts.add(part)
    this.#backends.add(part)
    this.#touch(part)
    if (part.ownBackends !== undefined) this.#backends.addOwn(part.ownBackends)
    if (asksForCertificates(part)) this.#withTls.add(part)
    if (part.catchAll !== undefined) this.#catchingAll.add(part)
    return known
  }

  #withdraw(ingress: Ingress): KnownIngress {
    const known = this.#known.get(ingress)
    if (known === undefined) throw new Error(`an Ingress that was never known: ${ingress.metadata.name}`)
    this.#known.delete(ingress)
    const { part } = known
    if (part === undefined) return known
    this.#hosts.remove(part)
    this.#backends.remove(part)
    this.#touch(part)
    if (part.ownBackends !== undefined) this.#backends.removeOwn(part.ownBackends)
    this.#withTls.delete(part)
    this.#catchingAll.delete(part)
    return known
  }

  #touch(part: IngressPart): void {
    if (asksForCertificates(part)) this.#touched.tls = true
    if (part.catchAll !== undefined) this.#touched.default = true
  }

  #catchAlls() {
    return this.#inOrder(this.#catchingAll).flatMap(({ catchAll }) => catchAll ?? [])
  }

  #tlsIngresses(): Ingress[] {
    return this.#inOrder(this.#withTls).map(({ ingress }) => ingress)
  }

  #inOrder(parts: Iterable<IngressPart>): IngressPart[] {
    const compare = byRank(this.#options)
    return [...parts].sort((a, b) => compare(a.rank, b.rank))
  }

  /** What there is now, which later changes leave as it is. */
  #snapshot(): Translation {
    return translationOf({
      ingresses: this.#ordered.snapshot(),
      hosts: this.#hosts.snapshot(),
      ...this.#backends.snapshot(),
      fallback: this.#default,
      tls: this.#tls,
      classes: this.#objects.classes,
      findings: this.#objects.findings(),
    })
  }
}

function asksForCertificates({ isMain, ingress }: IngressPart): boolean {
  return isMain && ingress.tls.length > 0
}
