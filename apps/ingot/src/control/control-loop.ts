import type { MatcherOptions, PathOptions } from '@ingot/core'
import {
  type ChangedTranslation,
  type Diagnostic,
  type IngressTarget,
  type TranslateOptions,
  type TranslationChanges,
  type TranslationCounts,
  Translator,
} from '@ingot/kubernetes'
import { ClassParameters } from '../cluster/class-parameters.ts'
import type { RoutePolicies } from '../configuration/route-policies.ts'
import type { DataPlane } from '../data-plane/data-plane.ts'
import type { TrafficUpdate } from '../data-plane/traffic-update.ts'
import type { ResolveEntry } from '../resolve-entries.ts'
import type { Source, SourceChange } from '../sources/source.ts'
import type { RoutingPicture } from '../view/routing-picture.ts'
import type { CertificateKeeper, TlsState } from './certificate-keeper.ts'
import { inSlices, takesTurns } from './in-slices.ts'
import { LiveBackendsFeed } from './live-backends.ts'
import { LiveRoutesFeed, sameLiveTarget } from './live-routes.ts'
import { classKinds, kindOf, ManifestSet } from './manifest-set.ts'

/** One configuration that has gone live, for whoever shows or counts it. Lists are put together when they are first looked at. */
export interface Generation extends RoutingPicture {
  /** Counts from 1. */
  readonly number: number
  readonly diagnostics: readonly Diagnostic[]
  readonly counts: TranslationCounts
  readonly changes: GenerationChanges
  /** Objects that are served in an older version because the newest cannot be. */
  readonly held: number
}

/** Says which certificates there are, by what Ingresses ask for and Secrets hold. */
export type CertificateSource = Pick<CertificateKeeper, 'everything' | 'changes'>

/** How a generation differs from the one before, in what is told of it. */
export interface GenerationChanges extends Pick<TranslationChanges, 'hosts' | 'hostsBefore' | 'findings'> {
  /** It says everything: what was there before is not among what is gone. */
  readonly isWhole: boolean
  /** Where requests go now that no route takes. */
  readonly defaultTarget: IngressTarget | undefined
}

export interface ControlLoopOptions {
  readonly source: Source
  readonly dataPlane: Pick<DataPlane, 'apply'>
  /** Absent where nobody listens for TLS. */
  readonly certificates?: CertificateSource | undefined
  readonly policies: RoutePolicies
  readonly translate: TranslateOptions
  readonly matching: MatcherOptions & PathOptions
  /** Where Services are to be found, whatever files say. */
  readonly resolve: readonly ResolveEntry[]
  /** Whether several threads serve, and share one compiled matcher. */
  readonly sharesRoutes: boolean
  readonly onLive: (generation: Generation) => void
  /** Hears of a change that could not be taken over, which is a bug; what is live stays live. */
  readonly onFailure: (error: unknown) => void
}

/** How long a change of many objects may keep requests waiting at a time, in milliseconds. */
const slice = 5

/** The same before anything is live: nobody waits but the cluster, for signs of life. */
const firstSlice = 50

/**
 * The life of a changed manifest: source, objects, translate, compile, swap. Resolves when the source has ended;
 * what went live stays live.
 */
export async function runControlLoop(options: ControlLoopOptions): Promise<void> {
  const loop = new ControlLoop(options)
  for await (const changes of options.source) await loop.take(changes)
}

/** A translation, and whether it says more than what has changed. */
interface Translated {
  readonly translation: ChangedTranslation
  /** It may differ from what is live in more than it says. */
  readonly isNew: boolean
  /** What classes ask for may be different for any route. */
  readonly changesClasses: boolean
}

class ControlLoop {
  readonly #options: ControlLoopOptions
  readonly #manifests = new ManifestSet()
  readonly #parameters: ClassParameters
  readonly #routes: LiveRoutesFeed
  readonly #backends: LiveBackendsFeed
  #classes: ReturnType<ClassParameters['read']> = { routes: new Map(), diagnostics: [] }
  /** `undefined` where what is live may not be what was translated last. */
  #translator: Translator | undefined
  /** What the translator was told of where Services are to be found. */
  #resolve = ''
  #live: Generation | undefined
  /** What was found last apart from translating. */
  #findingsBeside: readonly Diagnostic[] = []

  constructor(options: ControlLoopOptions) {
    const { policies, matching, sharesRoutes: shares } = options
    this.#options = options
    this.#parameters = new ClassParameters(options.translate.controller)
    this.#routes = new LiveRoutesFeed(policies, { matching, shares })
    this.#backends = new LiveBackendsFeed(policies, () => void this.#followNames().catch(options.onFailure))
  }

  /** Makes live what some origins hold now. */
  async take(changes: readonly SourceChange[]): Promise<void> {
    const touched = await this.#touch(changes)
    // What we write into statuses comes back as a change, and changes nothing.
    if (touched === undefined && this.#live !== undefined) return
    try {
      const translated = await this.#translate(touched ?? new Set())
      await this.#options.dataPlane.apply(await this.#update(translated))
      this.#live = this.#generation(translated)
      this.#options.onLive(this.#live)
    } catch (error) {
      // Nobody knows how far it got, so the next change begins from nothing.
      this.#translator = undefined
      this.#options.onFailure(error)
    }
  }

  /** The kinds and names that may have changed; `undefined` if nothing did that anybody asks for. */
  async #touch(changes: readonly SourceChange[]): Promise<ReadonlySet<string> | undefined> {
    const takeTurns = takesTurns(this.#slice)
    let touched: Set<string> | undefined
    for (const change of changes) {
      const keys = this.#manifests.apply(change)
      if (keys !== undefined) touched ??= new Set()
      for (const key of keys ?? []) touched?.add(key)
      await takeTurns()
    }
    return touched
  }

  get #slice(): number {
    return this.#live === undefined ? firstSlice : slice
  }

  async #translate(touched: ReadonlySet<string>): Promise<Translated> {
    const resolve = [...this.#options.resolve, ...this.#manifests.resolve()]
    const resolveText = JSON.stringify(resolve)
    const isNew = this.#translator === undefined || resolveText !== this.#resolve
    this.#translator = isNew ? new Translator({ ...this.#options.translate, resolve }) : this.#translator!
    this.#resolve = resolveText
    const steps = this.#translator.steps(isNew ? this.#manifests.under() : this.#manifests.under(touched))
    const translation = await inSlices(steps, this.#slice)
    return { translation, isNew, changesClasses: this.#readClasses(isNew ? undefined : touched) }
  }

  /** What classes ask for their routes; says whether that may be different for any route. */
  #readClasses(touched: ReadonlySet<string> | undefined): boolean {
    const { policies } = this.#options
    const before = this.#classes.routes
    if (touched !== undefined && !touches(touched, classKinds)) return false
    this.#classes = this.#parameters.read(this.#manifests.classObjects())
    const translator = this.#translator
    policies.setClasses(this.#classes.routes, ingress => translator?.classOf(ingress))
    if (before.size + this.#classes.routes.size === 0) return false
    // Which classes there are may change which one an Ingress has.
    return touched === undefined || touches(touched, ['IngressClass']) || !sameOptions(before, this.#classes.routes)
  }

  async #update({ translation, isNew, changesClasses }: Translated): Promise<TrafficUpdate> {
    const { changes } = translation
    return {
      ...(isNew || changesClasses ? this.#routes.everything(translation) : this.#routes.changes(translation)),
      ...(await this.#certificates(translation, isNew)),
      // Addresses change more often than anything else, and take nothing else along.
      ...(await (isNew ? this.#backends.everything(translation.backends) : this.#backends.changes(changes.backends))),
    }
  }

  async #certificates(
    translation: ChangedTranslation,
    isNew: boolean,
  ): Promise<Pick<TrafficUpdate, 'certificates' | 'certificateChanges'>> {
    const { certificates } = this.#options
    const { tls: changes } = translation.changes
    if (certificates === undefined || (!isNew && changes === undefined)) return {}
    const state: TlsState = {
      get tls() {
        return translation.tls
      },
      secret: name => this.#manifests.secret(name),
    }
    if (isNew || changes === undefined) return { certificates: await certificates.everything(state) }
    return { certificateChanges: await certificates.changes(changes, state) }
  }

  /** A name leads elsewhere than before. */
  async #followNames(): Promise<void> {
    await this.#options.dataPlane.apply(await this.#backends.renamed())
  }

  #generation({ translation, isNew }: Translated): Generation {
    const { matching, policies } = this.#options
    const [reading, classes] = [this.#manifests.diagnostics(), this.#classes.diagnostics]
    const beside = this.#findingsBeside
    this.#findingsBeside = [...reading, ...classes]
    let diagnostics: Generation['diagnostics'] | undefined
    return {
      counts: withFindings(translation.counts, this.#findingsBeside),
      changes: {
        isWhole: isNew,
        findings: {
          added: [...this.#findingsBeside, ...translation.changes.findings.added],
          gone: isNew ? [] : [...beside, ...translation.changes.findings.gone],
        },
        hosts: translation.changes.hosts,
        hostsBefore: translation.changes.hostsBefore,
        defaultTarget: translation.defaultTarget,
      },
      ...{ number: (this.#live?.number ?? 0) + 1, held: this.#manifests.held(), matching },
      sameTarget: sameLiveTarget(translation, policies),
      affinityOf: backend => policies.affinityOf(backend),
      get ingresses() {
        return translation.ingresses
      },
      get table() {
        return translation.table
      },
      get backends() {
        return translation.backends
      },
      get diagnostics() {
        // Reading and translating may both find fault with an object.
        diagnostics ??= [...new Set([...reading, ...translation.diagnostics, ...classes])]
        return diagnostics
      },
    }
  }
}

/** Reading and translating find fault with different objects. */
function withFindings(counts: TranslationCounts, beside: readonly Diagnostic[]): TranslationCounts {
  const findings = { ...counts.findings }
  for (const { severity } of beside) findings[severity] += 1
  return { ...counts, findings }
}

function sameOptions(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}

/** Whether anything of these kinds is among what has been touched. */
function touches(keys: ReadonlySet<string>, kinds: readonly string[]): boolean {
  return [...keys].some(key => kinds.includes(kindOf(key)))
}
