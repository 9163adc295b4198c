import { type Diagnostic, diagnose } from './diagnostic.ts'
import { formatName } from './kubernetes-object.ts'
import type { Ingress } from './schema/ingress.ts'
import type { IngressClass } from './schema/ingress-class.ts'

/** What `spec.controller` of an IngressClass says if Ingot is to serve it. */
export const DEFAULT_CONTROLLER = 'ingot.dev/ingress-controller'

/** The annotation that named the class before `spec.ingressClassName` existed. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** Which Ingresses are ours (semantics 10). */
export interface ClassOptions {
  /** Default: {@link DEFAULT_CONTROLLER}. */
  readonly controller?: string
  /** Only these classes. Without an IngressClass object by that name, see `classByName`. */
  readonly classNames?: readonly string[]
  /** Serve the classes in `classNames` whatever controller they name: to inspect another controller's manifests. */
  readonly anyController?: boolean
  /** Serve Ingresses that name a class of `classNames` for which no IngressClass exists (10.3). Default: false. */
  readonly classByName?: boolean
  /** Serve Ingresses that name no class (10.4). Default: false. */
  readonly watchWithoutClass?: boolean
  /**
   * `files`: a default class in the set is applied, and without any IngressClass everything is ours (10.4). `cluster`:
   * neither, as the API server has applied the default when the Ingress was created. Default: `files`.
   */
  readonly mode?: 'files' | 'cluster'
  /** Only Ingresses of these namespaces. Default: all. */
  readonly namespaces?: readonly string[]
}

/** A stable name for why an Ingress is ours or not. */
export type ClassReason =
  | 'class-ours'
  | 'annotation-ours'
  | 'default-class-ours'
  | 'no-class-needed'
  | 'without-class-watched'
  | 'other-controller'
  | 'other-class'
  | 'other-annotation'
  | 'class-not-found'
  | 'class-missing'
  | 'other-namespace'

/** Whether an Ingress is ours, why, and by which class. */
export interface ClassDecision {
  readonly owned: boolean
  readonly reason: ClassReason
  /** The reason in a sentence. */
  readonly explanation: string
  readonly className?: string | undefined
}

/** Decides whether an Ingress is ours (semantics 10.1-10.4). `classes` are all of the cluster or the file set. */
export function classify(
  ingress: Ingress,
  classes: readonly IngressClass[],
  options: ClassOptions = {},
): ClassDecision {
  return classifier(classes, options)(ingress)
}

/** {@link classify} for many Ingresses of one set. */
export function classifier(
  classes: readonly IngressClass[],
  options: ClassOptions = {},
): (ingress: Ingress) => ClassDecision {
  const byName = new Map(classes.map(ingressClass => [ingressClass.metadata.name, ingressClass]))
  const files = (options.mode ?? 'files') === 'files'
  const defaultName = files ? defaultClass(classes)?.metadata.name : undefined
  return ingress => {
    if (options.namespaces !== undefined && !options.namespaces.includes(ingress.metadata.namespace)) {
      return not('other-namespace', `namespace ${ingress.metadata.namespace} is not among those that are served`)
    }
    const annotation = ingress.metadata.annotations[CLASS_ANNOTATION]
    const named = annotation ?? ingress.className
    if (files && classes.length === 0) return withoutClasses(named, options)
    if (annotation !== undefined) return byAnnotation(annotation, byName, options)
    if (ingress.className !== undefined) return byField(ingress.className, byName, options)
    if (defaultName !== undefined) return byDefault(defaultName, byName, options)
    if (options.watchWithoutClass)
      return ours('without-class-watched', 'it names no class, and such Ingresses are served')
    return not('class-missing', 'it names no class, and there is no default class')
  }
}

/** The class that admission would give an Ingress without one: the newest default, then the lowest name (10.5). */
function defaultClass(classes: readonly IngressClass[]): IngressClass | undefined {
  return classes
    .filter(({ isDefault }) => isDefault)
    .sort((a, b) => {
      const age = (b.metadata.creationTimestamp ?? 0) - (a.metadata.creationTimestamp ?? 0)
      return age || (a.metadata.name < b.metadata.name ? -1 : 1)
    })[0]
}

/** What is wrong with the classes as a set (10.5). */
export function diagnoseClasses(classes: readonly IngressClass[]): Diagnostic[] {
  const chosen = defaultClass(classes)
  if (chosen === undefined) return []
  const field = ['metadata', 'annotations', 'ingressclass.kubernetes.io/is-default-class']
  return classes
    .filter(other => other.isDefault && other !== chosen)
    .map(({ object, metadata }) => {
      const message = `IngressClasses ${metadata.name} and ${chosen.metadata.name} are both the default; ${chosen.metadata.name} is taken.`
      return diagnose('several-default-classes', { object, field }, message, {
        related: [{ object: chosen.object, field }],
      })
    })
}

/** What an author should know about the class of an Ingress (10.2-10.4). */
export function diagnoseClass(ingress: Ingress, decision: ClassDecision): Diagnostic[] {
  const { object, className } = ingress
  const found: Diagnostic[] = []
  const annotation = ingress.metadata.annotations[CLASS_ANNOTATION]
  if (annotation !== undefined && className !== undefined && annotation !== className) {
    const message = `The annotation says class ${annotation} and ingressClassName says ${className}; the annotation is followed. Kubernetes refuses to create this Ingress.`
    found.push(diagnose('class-conflict', { object, field: ['metadata', 'annotations', CLASS_ANNOTATION] }, message))
  }
  const { reason } = decision
  if (reason !== 'class-not-found' && reason !== 'class-missing') return found
  const field = reason === 'class-missing' ? ['spec'] : ['spec', 'ingressClassName']
  const message = `Ingress ${formatName(ingress.metadata)} is not served: ${decision.explanation}.`
  return [...found, diagnose(reason, { object, field }, message)]
}

/** A folder that says nothing of classes is meant to be served (10.4), or as much of it as was asked for. */
function withoutClasses(named: string | undefined, { classNames }: ClassOptions): ClassDecision {
  if (classNames === undefined)
    return ours('no-class-needed', 'there are no IngressClasses, so every Ingress is served', named)
  if (named !== undefined && classNames.includes(named))
    return ours('class-ours', `class ${named} was asked for`, named)
  return not('other-class', named === undefined ? 'it names no class' : `class ${named} was not asked for`, named)
}

/** The annotation comes first, and needs no IngressClass if its name was asked for: it is older than the kind (10.2). */
function byAnnotation(name: string, byName: ReadonlyMap<string, IngressClass>, options: ClassOptions): ClassDecision {
  const known = byName.get(name)
  const isOurs = known === undefined ? options.classNames?.includes(name) : isOurClass(known, options)
  if (isOurs) return ours('annotation-ours', `its annotation ${CLASS_ANNOTATION} names our class ${name}`, name)
  return not('other-annotation', `its annotation ${CLASS_ANNOTATION} names ${name}, which is not our class`, name)
}

function byField(name: string, byName: ReadonlyMap<string, IngressClass>, options: ClassOptions): ClassDecision {
  const known = byName.get(name)
  if (known !== undefined) return byClass(known, 'class-ours', options)
  if (options.classByName && options.classNames?.includes(name)) {
    return ours('class-ours', `class ${name} was asked for by name`, name)
  }
  return not('class-not-found', `it names class ${name}, and there is no IngressClass of that name`, name)
}

function byDefault(name: string, byName: ReadonlyMap<string, IngressClass>, options: ClassOptions): ClassDecision {
  return byClass(byName.get(name)!, 'default-class-ours', options)
}

function byClass(ingressClass: IngressClass, reason: ClassReason, options: ClassOptions): ClassDecision {
  const { name } = ingressClass.metadata
  const which = reason === 'default-class-ours' ? `the default class ${name}` : `class ${name}`
  if (isOurClass(ingressClass, options)) return ours(reason, `${which} is served by this controller`, name)
  if (options.classNames !== undefined && !options.classNames.includes(name)) {
    return not('other-class', `${which} was not asked for`, name)
  }
  return not('other-controller', `${which} belongs to controller ${ingressClass.controller}`, name)
}

function isOurClass({ controller, metadata }: IngressClass, options: ClassOptions): boolean {
  if (options.classNames !== undefined && !options.classNames.includes(metadata.name)) return false
  return options.anyController === true || controller === (options.controller ?? DEFAULT_CONTROLLER)
}

function ours(reason: ClassReason, explanation: string, className?: string): ClassDecision {
  return { owned: true, reason, explanation, className }
}

function not(reason: ClassReason, explanation: string, className?: string): ClassDecision {
  return { owned: false, reason, explanation, className }
}
