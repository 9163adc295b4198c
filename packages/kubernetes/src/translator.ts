import { type BackendChanges, BackendTable } from './backends/backend-table.ts'
import { globalDefault } from './backends/default-backends.ts'
import type { BackendOptions } from './backends/resolve-backend.ts'
import { FindingAccount, type FindingChanges } from './finding-changes.ts'
import { type ClassOptions, classifier, diagnoseClass, diagnoseClasses } from './ingress-class.ts'
import type { IngressTarget } from './ingress-target.ts'
import type { WrittenObjects } from './object-store.ts'
import { type HostChanges, HostTable } from './routes/host-table.ts'
import { byRank, rankOf } from './routes/ingress-order.ts'
import { type IngressPart, ingressPart } from './routes/ingress-part.ts'
import type { HostOptions, SettledHost } from './routes/settle-host.ts'
import type { EndpointSlice } from './schema/endpoint-slice.ts'
import type { Ingress } from './schema/ingress.ts'
import { SortedList } from './sorted-list.ts'
import { type TlsChanges, TlsTable } from './tls-table.ts'
import { type KnownIngress, type Translation, type TranslationCounts, translationOf } from './translation.ts'
import { serviceOf, type TypedChange, TypedObjects } from './typed-objects.ts'

/** All choices that a translation leaves open. */
export interface TranslateOptions extends ClassOptions, HostOptions, BackendOptions {}

/** What is different from the translation before. */
export interface TranslationChanges {
  readonly hosts: HostChanges
  /** What those of these hosts were that were there before. */
  readonly hostsBefore: readonly SettledHost[]
  readonly backends: BackendChanges
  /** Whether requests that no route takes may go elsewhere than before. */
  readonly defaultTarget: boolean
  /** Which other certificates may be asked for, or be there; `undefined` if none. */
  readonly tls: TlsChanges | undefined
  readonly findings: FindingChanges
}

/** A translation, and how it differs from the one before. */
export interface ChangedTranslation extends Translation {
  readonly changes: TranslationChanges
  readonly counts: TranslationCounts
  /** Where requests go that no route takes. */
  readonly defaultTarget: IngressTarget | undefined
}

/**
 * Translates objects that change, and does again only what depends on those that did: what one Ingress says by itself
 * (`ingress-part.ts`), what the Ingresses that name one host say together (`host-table.ts`), where one backend leads
 * (`backend-table.ts`), whose certificate a host gets (`tls-table.ts`). Classes and the default of everything are one for
 * all, and done again as a whole if they are touched. The outcome depends on the objects there are, and not on the way there.
 */
export class Translator {
  readonly #options: TranslateOptions
  readonly #account = new FindingAccount()
  readonly #objects = new TypedObjects(this.#account)
  readonly #known = new Map<Ingress, KnownIngress>()
  readonly #ordered: SortedList<KnownIngress>
  readonly #hosts: HostTable
  readonly #backends: BackendTable
  readonly #tls: TlsTable
  readonly #catchingAll = new Set<IngressPart>()
  #decide: ReturnType<typeof classifier>
  #classFindings: ReturnType<typeof diagnoseClasses> = []
  #default: ReturnType<typeof globalDefault>
  /** What has to be done again as a whole. */
  #touched = { classes: true, default: true }

  constructor(options: TranslateOptions = {}) {
    this.#options = options
    const compare = byRank(options)
    this.#ordered = new SortedList((a, b) => compare(a.rank, b.rank))
    this.#backends = new BackendTable(options, this.#account)
    this.#hosts = new HostTable(options, this.#backends, this.#account)
    this.#tls = new TlsTable(options, this.#account)
    this.#decide = classifier([], options)
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
    if (this.#touched.classes) this.#readClasses()
    // First those that stay: at the start there are none.
    if (this.#touched.classes) yield* this.#decideAgain()
    yield* this.#changeIngresses(ingresses)
    const { after: hosts, before: hostsBefore } = yield* this.#hosts.settle()
    const backends = yield* this.#backends.settle(this.#objects)
    const tls = yield* this.#tls.settle(this.#objects)
    const { default: defaultTarget } = this.#touched
    if (defaultTarget) this.#settleDefault()
    this.#touched = { classes: false, default: false }
    const findings = this.#account.take()
    return this.#changed({ hosts, hostsBefore, backends, defaultTarget, tls, findings })
  }

  #changed(changes: TranslationChanges): ChangedTranslation {
    const counts = { routes: this.#hosts.routes, backends: this.#backends.counts, findings: this.#account.counts }
    return Object.assign(this.#snapshot(), { changes, counts, defaultTarget: this.#default.target })
  }

  #readClasses(): void {
    const { classes } = this.#objects
    this.#decide = classifier(classes, this.#options)
    const found = diagnoseClasses(classes)
    this.#account.replace(this.#classFindings, found)
    this.#classFindings = found
  }

  #settleDefault(): void {
    const before = this.#default.diagnostics
    this.#default = globalDefault(this.#catchAlls(), this.#options)
    this.#account.replace(before, this.#default.diagnostics)
  }

  /** The class of an Ingress by its `namespace/name`, as of the last update. */
  classOf(name: string): string | undefined {
    const ingress = this.#objects.ingress(name)
    return ingress && this.#known.get(ingress)?.decision.className
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
    else if (kind === 'Secret') this.#tls.touchSecret(`${namespace}/${name}`)
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
    this.#account.replace(known.diagnostics, again.diagnostics)
    this.#known.set(ingress, again)
    return again
  }

  #admit(ingress: Ingress): KnownIngress {
    const decision = this.#decide(ingress)
    const part = decision.owned ? ingressPart(ingress, this.#options) : undefined
    const diagnostics = diagnoseClass(ingress, decision)
    const known = { ingress, rank: rankOf(ingress, this.#options), decision, part, diagnostics }
    this.#known.set(ingress, known)
    this.#account.replace([], diagnostics)
    if (part === undefined) return known
    this.#account.replace([], part.diagnostics)
    this.#hosts.add(part)
    this.#backends.add(part)
    this.#tls.add(part)
    if (part.ownBackends !== undefined) this.#backends.addOwn(part.ownBackends)
    if (part.catchAll !== undefined) this.#catchingAll.add(part)
    if (part.catchAll !== undefined) this.#touched.default = true
    return known
  }

  #withdraw(ingress: Ingress): KnownIngress {
    const known = this.#known.get(ingress)
    if (known === undefined) throw new Error(`an Ingress that was never known: ${ingress.metadata.name}`)
    this.#known.delete(ingress)
    const { part } = known
    this.#account.replace(known.diagnostics, [])
    if (part === undefined) return known
    this.#account.replace(part.diagnostics, [])
    this.#hosts.remove(part)
    this.#backends.remove(part)
    this.#tls.remove(part)
    if (part.ownBackends !== undefined) this.#backends.removeOwn(part.ownBackends)
    if (this.#catchingAll.delete(part)) this.#touched.default = true
    return known
  }

  #catchAlls() {
    return this.#inOrder(this.#catchingAll).flatMap(({ catchAll }) => catchAll ?? [])
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
      tls: this.#tls.snapshot(),
      classes: this.#objects.classes,
      findings: this.#objects.findings(),
    })
  }
}
