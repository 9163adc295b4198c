import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseResolveFlag, type ResolveEntry } from '../resolve-entries.ts'

/** What every command that looks at manifests can be told. */
export interface InputFlags {
  readonly filename: readonly string[]
  readonly config?: string
  readonly acceptAnnotation?: readonly string[]
  readonly class?: readonly string[]
  readonly namespace?: readonly string[]
  readonly profile: (typeof PROFILES)[number]
  readonly hostFallthrough?: 'none' | 'wildcard' | 'all'
  readonly resolve: readonly ResolveEntry[]
  readonly missing: 'auto' | 'complete' | 'elsewhere'
}

/** The names of the profiles; they are repeated here so that `--help` loads nothing else. */
export const PROFILES = [
  ...(['ingot', 'ingot:ingress-nginx'] as const),
  ...(['ingress-nginx', 'haproxy-ingress', 'traefik', 'contour'] as const),
] as const

/** The flag of `ingot serve` has the same name, and is about what Ingot does. */
const PROFILE_HELP =
  'the controller whose behaviour to show; "ingress-nginx" is what that controller does, "ingot:ingress-nginx" what ingot serve --profile ingress-nginx does'

/** Adds `-f`, which is repeatable and takes one path, so that it never swallows what follows. */
export function addFileOption(command: Command): Command {
  return command.option(
    '-f, --filename <path>',
    'file, folder or glob with manifests, or - for standard input; repeatable',
    collect,
    [],
  )
}

/** Adds the options that say how manifests are read. */
export function addViewOptions(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'a configuration file of ingot serve, whose files, matching and kubernetes sections count',
    )
    .option(
      '--accept-annotation <name>',
      'an annotation that restricts access in another controller and may be ignored, or "all"; repeatable',
      collect,
    )
    .option('--class <name>', 'only Ingresses of this class, whatever controller it names; repeatable', collect)
    .option(
      '-n, --namespace <name>',
      'only Ingresses of this namespace, which also is that of objects that name none; repeatable',
      collect,
    )
    .addOption(new Option('--profile <controller>', PROFILE_HELP).choices(PROFILES).default('ingot'))
    .addOption(
      new Option('--host-fallthrough <mode>', 'where a request goes whose host has no route for its path').choices([
        'none',
        'wildcard',
        'all',
      ]),
    )
    .option(
      '--resolve <service=host:port>',
      '[NAMESPACE/]SERVICE[:PORT]=HOST:PORT[,HOST:PORT]; repeatable',
      collectResolve,
      [],
    )
    .addOption(
      new Option(
        '--missing <what>',
        'Services and EndpointSlices that are not in the files: "complete" says that they do not exist, "elsewhere" that they do, "auto" the latter if the files have none of the kind',
      )
        .choices(['auto', 'complete', 'elsewhere'])
        .default('auto'),
    )
}

/** Adds `--format`. */
export function addFormatOption(command: Command, formats: readonly string[]): Command {
  return command.addOption(new Option('--format <format>', 'how to write the result').choices(formats).default('text'))
}

/** Gathers the values of a repeatable option. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

function collectResolve(text: string, before: readonly ResolveEntry[]): ResolveEntry[] {
  try {
    return [...before, parseResolveFlag(text)]
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
