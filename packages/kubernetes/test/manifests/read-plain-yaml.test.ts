import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { readPlainYaml } from '../../src/manifests/read-plain-yaml.ts'
import { yamlOptions } from '../../src/manifests/yaml-options.ts'

/** What the full parser makes of a text; `undefined` if it finds any fault. */
function readFully(text: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, yamlOptions)
  if (document.errors.length > 0) return undefined
  try {
    return { value: document.toJS() }
  } catch {
    return undefined
  }
}

describe('plain YAML', () => {
  const manifest = `--- # an Ingress
# with comments
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop # here too
  annotations:
    example.com/a: "true"
    example.com/b: 'it''s'
    example.com/c: "tab\\there"
    example.com/snippet: |
      line one

        line two
    example.com/last: |-
      no break
  labels: {}
spec:
  tls: []
  rules:
  - host: "*.example.com"
    http:
      paths:

      - path: /a:b
        pathType: Prefix
        backend:
          service: {}
      -
        path: /
  - host: 10.0.0.1
    ports: [ ]
`.replace('    ports: [ ]\n', '    port: 80\n    memory: 5Gi\n    empty:\n    off: x\n'.replace('off', 'offset'))

  it('is read as the full parser reads it', () => {
    const plain = readPlainYaml(manifest)
    expect(plain).toBeDefined()
    expect(plain).toEqual(readFully(manifest))
  })

  it.each([
    ...['a: *x', 'a: &x 1\nb: *x', 'a: !!str 1', 'a:\tb', 'a: 1\na: 2', 'a: yes', 'y: 1', '? a\n: b', '~: 1', '1: a'],
    ...[
      'a: 014',
      'a: 1_0',
      'a: 0x1',
      'a: 1e3',
      'a: .5',
      'a: 1.5',
      'a: -',
      'a: - b',
      'a: b: c',
      'a: b:',
      'a: "b',
      'a: "b" c',
    ],
    ...[
      "a: 'b",
      'a:\n    b: 1\n  c: 2',
      '',
      '<<: 1',
      '%YAML 1.2',
      'a: 1\n - b',
      'a: 1\r\n',
      '__proto__: 1',
      '\ufeffa: 1',
    ],
    ...['a: 1\n---\nb: 1', '  ---\na: 1'],
  ])('leaves %j to the full parser', text => {
    expect(readPlainYaml(text)).toBeUndefined()
  })

  it.each([
    ...[
      'a: &x 1',
      'a: [1]',
      'a: {b: 1}',
      'a: >\n  x\n',
      'a: b\n  c',
      'a: "\\x41"',
      'a: |\n  x',
      'a: |2\n   x\n',
      '"a": 1',
    ],
    ...['a b: 1', '- - 1', 'a', 'a:', 'a: null', 'a: 10.0.0.1', 'a: 5Gi'],
  ])('is sure of %j', text => {
    expect(readPlainYaml(text)).toEqual(readFully(text))
  })
})

describe('whatever it reads is what the full parser reads', () => {
  const key = fc.stringMatching(/^[a-z][a-zA-Z./-]{0,8}$/)
  const leaf = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('a', ' ', ':', '#', '-', '"', "'", '\n', '0', '.', '/', '|'), maxLength: 8 }),
    fc.constantFrom(
      'yes',
      'null',
      '~',
      '1.2.3',
      '5Gi',
      '100m',
      '1e5',
      '0o7',
      '2024-01-01',
      '/a: b',
      'x #y',
      '# z',
      '-',
      '- a',
    ),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  )
  const { value } = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('map')),
    map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  }))

  it('of documents that a writer of YAML makes', () => {
    let read = 0
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { minKeys: 1, maxKeys: 4 }),
        fc.boolean(),
        fc.boolean(),
        (map, indentSeq, single) => {
          const text = stringify(map, {
            indentSeq,
            singleQuote: single,
            version: '1.1',
            lineWidth: 0,
            aliasDuplicateObjects: false,
          })
          const plain = readPlainYaml(text)
          if (plain === undefined) return
          read++
          expect(plain).toEqual(readFully(text))
        },
      ),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  it('of lines thrown together', () => {
    const line = fc.tuple(
      fc.constantFrom('', ' ', '  ', '    ', '- ', '  - ', '-   ', '-'),
      fc.constantFrom(
        'a:',
        'b: ',
        'c: 1',
        'd: x',
        'e: |',
        'f: |-',
        'g: "x"',
        "h: 'y' # z",
        'i: x y',
        '# c',
        '',
        'x',
        'j: []',
        'k: x #',
        '"',
        'l: "\\n"',
        'x: #',
        '---',
        'm: [a, b]',
        'n: {a: 1}',
        'o: >',
        'p: x:y',
        'q: [',
        'r: ]',
      ),
    )
    let read = 0
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('', '\n', '\n\n', '\n  \n'),
        (lines, end) => {
          const text = lines.map(parts => parts.join('')).join('\n') + end
          const plain = readPlainYaml(text)
          if (plain === undefined) return
          read++
          expect(plain, JSON.stringify(text)).toEqual(readFully(text))
        },
      ),
      { numRuns: 8_000 },
    )
    expect(read).toBeGreaterThan(200)
  })
})
