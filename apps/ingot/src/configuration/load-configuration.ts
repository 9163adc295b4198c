import type { Command } from 'commander'
import { parse } from 'yaml'
import { flagValues } from './flags.ts'
import { readConfiguration, readConfigurationFile } from './read-configuration.ts'
import type { Configuration } from './schema.ts'

/** What `ingot serve` is to do, by a file and the flags of its command. Throws an error that says what is wrong. */
export async function loadConfiguration(file: string | undefined, command: Command): Promise<Configuration> {
  const given = file === undefined ? undefined : await readConfigurationFile(file)
  const configuration = readConfiguration(given, flagValues(command, readYaml))
  const { files, cluster } = configuration
  if (files.length === 0 && !cluster.enabled) throw new Error(nothingToServe)
  if (files.length > 0 && cluster.enabled) throw new Error('either files (-f) or a cluster (--cluster), not both')
  return configuration
}

const nothingToServe = `nothing to serve. Say where the manifests are:

  ingot serve -f manifests/ --watch              a folder of manifests
  ingot serve --cluster                          the cluster that kubectl would speak to
  ingot serve --config ingot.yaml                either, by a file (docs/configuration.md)
  ingot serve -f manifests/ --resolve web=127.0.0.1:3000   where a Service is, if no EndpointSlice says so
`

/** The value of a flag that is neither a text nor a list. What is no YAML is taken for a text. */
function readYaml(text: string): unknown {
  try {
    return parse(text, { stringKeys: true, maxAliasCount: 0, logLevel: 'error' })
  } catch {
    return text
  }
}
