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
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}
