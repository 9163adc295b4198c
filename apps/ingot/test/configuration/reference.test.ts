import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generatedFiles } from '../../generate-reference.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'

const files = Object.entries(generatedFiles)
const noFlags = { values: {}, flags: new Map() }

it.each(files)('%s is what `pnpm --filter ingot generate` makes', (file, make) => {
  expect(readFileSync(file, 'utf8')).toBe(make())
})

describe('the JSON Schema', () => {
  const schema = JSON.parse(readFileSync(files[0]![0], 'utf8'))
  const validate = new Ajv({ allErrors: true }).compile(schema)

  it('accepts the example of the page, as the program does', () => {
    const page = readFileSync(files[1]![0], 'utf8')
    const example = /## An example\n\n```yaml\n([\s\S]*?)```/.exec(page)![1]!
    expect(validate(parse(example))).toBe(true)
    expect(readConfiguration({ file: 'example', text: example }, noFlags)).toMatchObject({
      listen: { port: 80, httpsPort: 443 },
      routes: { maxBodyBytes: 10 * 2 ** 20, headTimeout: 30_000 },
      drain: { delay: 10_000 },
    })
  })

  it.each([
    'listen: { port: 70000 }',
    'nothing: 1',
    'routes: { headTimeout: soon }',
    'overrides: [{ routes: {} }]',
    'log: { level: loud }',
  ])('refuses what the program refuses: %s', text => {
    expect(validate(parse(text))).toBe(false)
    expect(() => readConfiguration({ file: 'bad', text }, noFlags)).toThrow()
  })

  it('says of every field what it is for', () => {
    const silent = (node: { properties?: Record<string, never>; description?: string }, name: string): string[] => [
      ...(node.description === undefined ? [name] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => silent(child, `${name}.${key}`)),
    ]
    expect(silent(schema, '')).toEqual([])
  })
})
