import type { Backend } from '@ingot/kubernetes'
import { UnusableInput } from '../unusable-input.ts'
import { describeBriefly, describeNotServed, leavesSomethingOut } from '../view/left-out.ts'
import { type Inputs, readInputs } from '../view/read-inputs.ts'
import { type RoutingView, routingView, type ViewOptions } from '../view/routing-view.ts'
import type { InputFlags } from './input.options.ts'

/** What {@link loadView} needs to know. */
export interface LoadFlags extends Omit<InputFlags, 'filename'> {
  /** Take the classes of every controller. */
  readonly anyController?: boolean
}

/** Reads what `-f` names, for commands that need at least one object to work with. */
export async function loadInputs(
  paths: readonly string[],
  flags: Pick<InputFlags, 'namespace'>,
  options: LoadedOptions,
  onFile?: (done: number, total: number) => void,
): Promise<Inputs> {
  const named = paths.length > 0 ? paths : options.files
  if (named.length === 0) throw new UnusableInput('Which manifests? Name files, folders, globs or - with -f.')
  return readInputs(named, { defaultNamespace: onlyOne(flags.namespace), ...(onFile && { onFile }) })
}

/** Reads manifests and looks at them as the flags say; what is left out is told on standard error. */
export async function loadView(paths: readonly string[], flags: LoadFlags): Promise<RoutingView> {
  const options = await viewOptions(flags)
  const inputs = await loadInputs(paths, flags, options)
  const view = viewInputs(inputs, options)
  warn([...whatIsLeftOut(inputs, view), ...(view.profile?.notes ?? []), ...twoMeanings(flags)])
  return view
}

/** Looks at one set of manifests in two ways; what is left out is told once. */
export async function loadTwoViews(
  paths: readonly string[],
  flags: readonly [LoadFlags, LoadFlags],
): Promise<[RoutingView, RoutingView]> {
  const options = await Promise.all([viewOptions(flags[0]), viewOptions(flags[1])])
  const inputs = await loadInputs(paths, flags[0], options[0])
  const views: [RoutingView, RoutingView] = [viewInputs(inputs, options[0]), viewInputs(inputs, options[1])]
  warn([...whatIsLeftOut(inputs, views[0]), ...views.flatMap(view => view.profile?.notes ?? [])])
  return views
}

/** `ingot serve` has a profile of the same name; who only diffs has named both sides. */
function twoMeanings({ profile }: LoadFlags): string[] {
  if (profile !== 'ingress-nginx') return []
  return ['this is what ingress-nginx does; for ingot serve --profile ingress-nginx say --profile ingot:ingress-nginx']
}

function viewInputs(inputs: Inputs, options: ViewOptions): RoutingView {
  if (inputs.objects.length > 0) return routingView(inputs, options)
  warn(inputs.diagnostics.map(describeBriefly))
  throw nothingIn(inputs)
}

/** What is said of files in which there is nothing to work with. */
export function nothingIn({ files }: Inputs): UnusableInput {
  const where = files.length === 1 ? files[0] : `these ${files.length} files`
  return new UnusableInput(`There are no Kubernetes objects in ${where}.`)
}

function whatIsLeftOut(inputs: Inputs, view: RoutingView): string[] {
  const diagnostics = [...inputs.diagnostics, ...view.diagnostics].filter(leavesSomethingOut)
  return [...diagnostics.map(describeBriefly), ...describeNotServed(view.translation)]
}

/** How much is told before one is sent to `ingot check`. */
const TOLD = 10

function warn(lines: readonly string[]): void {
  const shown = lines.length > TOLD + 1 ? lines.slice(0, TOLD) : lines
  for (const line of shown) process.stderr.write(`ingot: ${line}\n`)
  const left = lines.length - shown.length
  if (left > 0) process.stderr.write(`ingot: … and ${left} more; ingot check says more about all of them\n`)
}

/** The options of a view, and the files that a configuration names. */
export interface LoadedOptions extends ViewOptions {
  readonly files: readonly string[]
}

/** The flags in the words of the code below, and the configuration that they name. */
export async function viewOptions(flags: LoadFlags): Promise<LoadedOptions> {
  const configuration = flags.config === undefined ? undefined : await readRouting(flags.config)
  return {
    profile: flags.profile,
    configured: configuration,
    acceptedAnnotations: flags.acceptAnnotation,
    hostFallthrough: flags.hostFallthrough,
    classNames: flags.class,
    namespaces: flags.namespace,
    resolve: [...flags.resolve, ...(configuration?.resolve ?? [])],
    missing: flags.missing,
    anyController: flags.anyController ?? false,
    files: configuration?.files ?? [],
  }
}

async function readRouting(file: string) {
  const { ConfigurationError, readConfiguration, readConfigurationFile } = await import(
    '../configuration/read-configuration.ts'
  )
  const { RoutePolicies } = await import('../configuration/route-policies.ts')
  const { matchingOptions, translateOptions } = await import('../configuration/translate-options.ts')
  try {
    const configuration = readConfiguration(await readConfigurationFile(file), { values: {}, flags: new Map() })
    const { files, resolve } = configuration
    const policies = new RoutePolicies(configuration)
    const [translate, matching] = [translateOptions(configuration), matchingOptions(configuration)]
    return { files, resolve, translate, matching, affinityOf: (backend: Backend) => policies.affinityOf(backend) }
  } catch (error) {
    throw error instanceof ConfigurationError ? new UnusableInput(error.message) : error
  }
}

function onlyOne(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined
}
