import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import type { Diagnostic } from '../src/diagnostic.ts'
import { readManifests } from '../src/manifests/read-manifests.ts'
import { ObjectStore } from '../src/object-store.ts'
import { type Translation, translate } from '../src/translate.ts'

const folder = new URL('golden/', import.meta.url).pathname

it.each(globSync(`${folder}*.yaml`).map(file => [basename(file, '.yaml').replaceAll('-', ' '), file]))(
  '%s',
  async (_, file) => {
    const read = readManifests(readFileSync(file, 'utf8'), { file: basename(file) })
    const translation = translate(read.objects)
    const { otherKinds } = ObjectStore.of(read.objects)
    const text = format({ ...translation, otherKinds }, [...read.diagnostics, ...translation.diagnostics])
    await expect(text).toMatchFileSnapshot(file.replace(/yaml$/, 'txt'))
  },
)

/** Everything a translation says, as a person would want to review it. */
function format(
  { table, backends, tls, otherKinds }: Translation & Pick<ObjectStore, 'otherKinds'>,
  diagnostics: readonly Diagnostic[],
): string {
  const sections: Record<string, string[]> = {
    routes: table.routes.map(({ host, path, pathType, target, fallback }) => {
      const from = `${target.ingress?.namespace}/${target.ingress?.name}, line ${target.locate()?.line}`
      return `${host ?? '(any host)'} ${fallback ? 'default' : `${pathType} ${path}`} -> ${target.backend} (${from})`
    }),
    'claimed hosts': (table.hosts ?? []).map(host => host ?? '(any host)'),
    backends: [...backends.values()].map(({ id, protocol, endpoints, unavailable }) => {
      return `${id} ${protocol} ${unavailable ?? endpoints.map(({ address, port }) => `${address}:${port}`).join(' ')}`
    }),
    certificates: [...tls.hosts.values()].map(({ host, secret }) => `${host} ${secret?.namespace}/${secret?.name}`),
    'passed over': [...otherKinds].map(([kind, count]) => `${count} ${kind}`),
    diagnostics: diagnostics.map(({ severity, code, position, field, message }) => {
      return `${position?.line}:${position?.column} ${severity} ${code} ${field}\n    ${message}`
    }),
  }
  return Object.entries(sections)
    .map(([title, lines]) => `${title}\n${lines.map(line => `  ${line}\n`).join('')}`)
    .join('\n')
}
