import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { chartFolder } from './deployed.ts'
import { renderNotes, whyNoHelm } from './helm.ts'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
}

const text = readFileSync(join(chartFolder, 'values.yaml'), 'utf8')
const values = parse(text)
const schema: Schema = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'))
const templates = globSync('templates/*', { cwd: chartFolder }).map(file =>
  readFileSync(join(chartFolder, file), 'utf8'),
)

/** The paths of values that have no further ones below: `image.tag`. */
function leaves(value: unknown, path: readonly string[] = []): string[] {
  const entries = Array.isArray(value) ? [] : Object.entries(value ?? {})
  const isLeaf = typeof value !== 'object' || value === null || entries.length === 0
  return isLeaf ? [path.join('.')] : entries.flatMap(([key, below]) => leaves(below, [...path, key]))
}

function leavesOfSchema({ properties }: Schema, path: readonly string[] = []): string[] {
  if (properties === undefined) return [path.join('.')]
  return Object.entries(properties).flatMap(([key, below]) => leavesOfSchema(below, [...path, key]))
}

/** Without what Helm itself may give. */
const known = leavesOfSchema(schema).filter(path => path !== 'global')

describe('the values of the chart', () => {
  it('are the same in values.yaml and in the schema', () => {
    // Of some values the schema says only that they are objects, as Kubernetes has them.
    const inSchema = leaves(values).map(path => known.find(leaf => path.startsWith(`${leaf}.`)) ?? path)
    expect([...new Set(inSchema)].sort()).toEqual(known.sort())
  })

  it('are refused where the schema does not know them', () => {
    const isOpen = ({ properties, additionalProperties }: Schema): boolean =>
      properties !== undefined && (additionalProperties !== false || Object.values(properties).some(isOpen))
    expect(isOpen(schema)).toBe(false)
  })

  it.each(known)('%s is used by a template', path => {
    const isUsed = new RegExp(`\\.Values\\.${path.replaceAll('.', '\\.')}\\b`)
    expect(templates.some(template => isUsed.test(template))).toBe(true)
  })

  it.each(Object.keys(values))('%s says what it is for', name => {
    expect(text).toMatch(new RegExp(`^# [A-Z][^\n]+\n${name}:`, 'm'))
  })

  it('and no others are used', () => {
    const used = templates.flatMap(template =>
      [...template.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path]) => path!),
    )
    expect(used.filter(path => !known.includes(path) && !known.some(leaf => leaf.startsWith(`${path}.`)))).toEqual([])
  })
})

describe('what helm tells who has installed the chart', () => {
  const why = whyNoHelm()
  if (why !== undefined) return it.skip(why, () => undefined)

  it('says where the way in is, and that there are no certificates without a right to read them', () => {
    const notes = renderNotes({})
    expect(notes).toContain('kubectl --namespace ingress get service ingot\n')
    expect(notes).toContain('deployment/ingot 8081')
    expect(notes).toContain('serves HTTP alone')
    expect(renderNotes({ secrets: { everywhere: true } })).not.toContain('HTTP alone')
  })

  it('names the nodes where pods use their network, and the namespaces that are looked at', () => {
    const notes = renderNotes({ hostNetwork: true, namespaces: ['shop', 'blog'], ingressClass: { default: true } })
    expect(notes).toContain('and those without a class, in these namespaces: shop, blog.')
    expect(notes).toContain('get pods --output wide')
  })
})
