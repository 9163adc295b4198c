import { describeBriefly, describeNotServed, leavesSomethingOut } from '../left-out.ts'
import { type Inputs, readInputs } from '../read-inputs.ts'
import { type RoutingView, routingView, type ViewOptions } from '../routing-view.ts'
import { UnusableInput } from '../unusable-input.ts'
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
  onFile?: (done: number, total: number) => void,
): Promise<Inputs> {
  if (paths.length === 0) throw new UnusableInput('Which manifests? Name files, folders, globs or - with -f.')
  return readInputs(paths, { defaultNamespace: onlyOne(flags.namespace), ...(onFile && { onFile }) })
}

/** Reads manifests and looks at them as the flags say; what is left out is told on standard error. */
export async function loadView(paths: readonly string[], flags: LoadFlags): Promise<RoutingView> {
  const inputs = await loadInputs(paths, flags)
  if (inputs.objects.length === 0) {
    warn(inputs.diagnostics.map(describeBriefly))
    throw new UnusableInput(`There are no Kubernetes objects in ${inputs.files.join(', ')}.`)
  }
  const view = routingView(inputs, viewOptions(flags))
  warn([
    ...[...inputs.diagnostics, ...view.diagnostics].filter(leavesSomethingOut).map(describeBriefly),
    ...describeNotServed(view.translation),
    ...(view.profile?.notes ?? []),
  ])
  return view
}

function warn(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`ingot: ${line}\n`)
}

/** The flags in the words of the code below. */
export function viewOptions(flags: LoadFlags): ViewOptions {
  return {
    profile: flags.profile,
    hostFallthrough: flags.hostFallthrough,
    classNames: flags.class,
    namespaces: flags.namespace,
    resolve: flags.resolve,
    missing: flags.missing,
    anyController: flags.anyController ?? false,
  }
}

function onlyOne(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined
}
