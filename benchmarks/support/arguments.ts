import { type ParseArgsConfig, parseArgs } from 'node:util'

/**
 * The arguments of a benchmark. `--help` prints `usage` and ends; so does what it does not know, with the reason before
 * it and exit code 2.
 */
export function readArguments<const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    return refuse(usage, (error as Error).message)
  }
}

/**
 * The names of a list with commas, each of which has to be one of `all`. A name that is not prints what there is and
 * `usage`, and ends with exit code 2, as readArguments does.
 */
export function readNames<const Name extends string>(usage: string, list: string, all: readonly Name[]): Name[] {
  return list
    .split(',')
    .filter(name => name !== '')
    .map(
      name => all.find(known => known === name) ?? refuse(usage, `There is no ${name}. There are: ${all.join(', ')}`),
    )
}

function refuse(usage: string, reason: string): never {
  console.error(`${reason}\n\n${usage}`)
  process.exit(2)
}
