import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { parse, parseAllDocuments } from 'yaml'
import { addFlags, flagValues } from '../../src/configuration/flags.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import type { Configuration } from '../../src/configuration/schema.ts'

const folder = join(import.meta.dirname, '../../../../deploy')

export const chartFolder = join(folder, 'helm/ingot')

/** A file of `deploy/manifests`. */
export interface ManifestFile {
  readonly name: string
  readonly text: string
}

/** An object as it is written. */
export interface Written {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
  // biome-ignore lint/suspicious/noExplicitAny: what it has depends on its kind, and the tests say what they expect
  readonly [field: string]: any
}

/** Every plain manifest. */
export const manifestFiles: readonly ManifestFile[] = globSync('manifests/**/*.yaml', { cwd: folder })
  .sort()
  .map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** The objects of a text. Throws if it is not YAML. */
export function objectsOf(text: string): Written[] {
  return parseAllDocuments(text).flatMap(document => {
    for (const error of document.errors) throw error
    const object: Written | null = document.toJS()
    return object === null ? [] : [object]
  })
}

/** What `kubectl apply -f deploy/manifests` would bring. */
export const baseObjects: readonly Written[] = manifestFiles
  .filter(({ name }) => !name.includes('optional/'))
  .flatMap(({ text }) => objectsOf(text))

/** The one of a kind with a name, which has to be there. */
export function find(objects: readonly Written[], kind: string, name: string): Written {
  const found = objects.find(object => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
  return found
}

/** The configuration that the arguments of a container make. Throws if `ingot serve` would not take them. */
export function configurationOf(args: readonly string[]): Configuration {
  const [name, ...flags] = args
  const command = new Command(name).exitOverride().configureOutput({ writeErr: () => undefined })
  addFlags(command)
  command.parse(flags, { from: 'user' })
  return readConfiguration(
    undefined,
    flagValues(command, text => parse(text)),
  )
}
