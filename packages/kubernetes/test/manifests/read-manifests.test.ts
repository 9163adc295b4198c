import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readManifests } from '../../src/manifests/read-manifests.ts'
import { translate } from '../../src/translate.ts'

const read = (text: string) => readManifests(text, { file: 'a.yaml' })
const namesIn = (text: string) => read(text).objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
const codesIn = (text: string) => read(text).diagnostics.map(({ code }) => code)
const placesIn = (text: string) => read(text).diagnostics.map(({ position }) => [position?.line, position?.column])

const object = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`

describe('documents', () => {
  it('are read one by one, whatever stands between them', () => {
    const text = `# head\n---\n---\n${object('Service', 'a')}---  # second\n${object('Secret', 'b')}...\n---\n${object('Pod', 'c')}`
    expect(namesIn(text)).toEqual(['Service a', 'Secret b', 'Pod c'])
    expect(codesIn(text)).toEqual([])
  })

  it('may begin on the line of their marker', () => {
    expect(namesIn('--- {apiVersion: v1, kind: Service, metadata: {name: a}}\n')).toEqual(['Service a'])
  })

  it('may have Windows line ends, a byte order mark and no final line end', () => {
    const text = `\uFEFF${object('Service', 'a')}---\n${object('Service', 'b')}`.replaceAll('\n', '\r\n').trimEnd()
    expect(namesIn(text)).toEqual(['Service a', 'Service b'])
  })

  it('may have directives before their marker', () => {
    expect(namesIn(`%YAML 1.2\n# comment\n---\n${object('Service', 'a')}`)).toEqual(['Service a'])
  })

  it('end at a marker even inside a block of text', () => {
    const text = `${object('ConfigMap', 'a')}data:\n  x: |\n    ---\n    inside\n---\n${object('Service', 'b')}`
    expect(namesIn(text)).toEqual(['ConfigMap a', 'Service b'])
  })

  it('that are broken leave their neighbours alone', () => {
    const text = `${object('Service', 'a')}---\nkind: [\n---\n${object('Service', 'b')}`
    expect(namesIn(text)).toEqual(['Service a', 'Service b'])
    expect(codesIn(text)).toEqual(['yaml-syntax'])
  })

  it('that are empty or hold only comments are nothing', () => {
    expect(read('')).toEqual({ objects: [], diagnostics: [] })
    expect(read('# nothing\n\n---\n# nothing here\n---\n')).toEqual({ objects: [], diagnostics: [] })
    expect(read('null\n')).toEqual({ objects: [], diagnostics: [] })
  })
})

describe('lists', () => {
  it('are taken apart, nested ones too', () => {
    const item = (name: string) => `{apiVersion: v1, kind: Service, metadata: {name: ${name}}}`
    const inner = `{apiVersion: v1, kind: List, items: [${item('b')}]}`
    expect(namesIn(`apiVersion: v1\nkind: List\nitems: [${item('a')}, ${inner}]\n`)).toEqual(['Service a', 'Service b'])
  })

  it('of one kind need not repeat it in their items', () => {
    const text = 'apiVersion: networking.k8s.io/v1\nkind: IngressList\nitems:\n- metadata: {name: a}\n'
    expect(read(text).objects).toMatchObject([{ kind: 'Ingress', apiVersion: 'networking.k8s.io/v1' }])
  })

  it('say which item is no object', () => {
    const text = 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n- 3\n'
    expect(namesIn(text)).toEqual(['Service a'])
    expect(placesIn(text)).toEqual([[5, 3]])
  })
})

describe('JSON', () => {
  const json = JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'List',
      items: [1, 2].map(n => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: `s${n}` } })),
    },
    null,
    '\t',
  )

  it('is read with tabs, and fields are located', () => {
    const { objects } = read(json)
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['s1', 's2'])
    expect(objects[1]?.source?.locate(['metadata', 'name'])).toEqual({ file: 'a.yaml', line: 16, column: 13 })
    expect(objects[1]?.source?.locate(['metadata', 'labels', 'x'])).toEqual({ file: 'a.yaml', line: 15, column: 16 })
  })

  it('with a key written twice is reported, and the last counts as in Kubernetes', () => {
    const text = '{"apiVersion": "v1", "kind": "Service",\n "metadata": {"name": "a", "x": {"name": 1}, "name": "b"}}'
    expect(namesIn(text)).toEqual(['Service b'])
    expect(placesIn(text)).toEqual([[2, 46]])
  })

  it('that is broken is reported where it breaks', () => {
    expect(codesIn('{"apiVersion": "v1",\n "kind": }')).toEqual(['not-an-object'])
    expect(codesIn('{"apiVersion": "v1", "kind" "Service"}')).toEqual(['yaml-syntax'])
  })
})

describe('YAML', () => {
  it('is read as Kubernetes does: yes is true, 014 is twelve, dates and times are text', () => {
    const text = `${object('ConfigMap', 'a')}x: [yes, off, 014, 2020-01-01, 1:30, "yes", 0x10, ~]\n`
    expect(read(text).objects[0]?.raw.x).toEqual([true, false, 12, '2020-01-01', '1:30', 'yes', 16, null])
  })

  it('anchors, aliases and merge keys are followed', () => {
    const text = `${object('ConfigMap', 'a')}base: &b {x: 1}\nmore:\n  <<: *b\n  z: *b\n`
    expect(read(text).objects[0]?.raw.more).toEqual({ x: 1, z: { x: 1 } })
  })

  it('with a wildcard host that is not in quotes says what to do', () => {
    const { diagnostics } = read('spec:\n  rules:\n  - host: *.example.com\n')
    expect(diagnostics).toMatchObject([{ code: 'yaml-syntax', position: { line: 3, column: 11 } }])
    expect(diagnostics[0]?.message).toBe(
      'A value that begins with * must be in quotes: "*.example.com". The document is left out.',
    )
  })

  it('indented with a tab says so', () => {
    const { diagnostics } = read('spec:\n\trules: []\n')
    expect(diagnostics[0]?.message).toMatch(/indented with a tab/)
    expect(placesIn('spec:\n\trules: []\n')[0]?.[0]).toBe(2)
  })

  it.each([
    ['a: b: c\n', /two colons in one line/],
    ['a:\n    b: 1\n  c: 2\n', /indentation|looks like a key/],
    ['a: "b" c\n', /more text after the end of a value/],
    ['a: "\\d"\n', /backslash in double quotes/],
    ['a: [1, 2\nb: 3\n', /./],
    ['a\nb: 1\n', /looks like a key, but no colon/],
    ['a: "b\n', /Missing closing "quote/],
  ])('that is broken as in %j says how', (text, message) => {
    expect(read(text).diagnostics).toMatchObject([
      { code: 'yaml-syntax', message: expect.stringMatching(message), position: { file: 'a.yaml' } },
    ])
  })

  it('gives lines of the file, not of the document', () => {
    expect(placesIn(`${object('Service', 'a')}---\nx: 1\nx: 2\n`)).toEqual([
      [7, 1],
      [6, 1],
    ])
  })
})

describe('templates', () => {
  it('are recognised whether or not they happen to be YAML, once a file', () => {
    const broken = '{{- if .Values.enabled }}\nkind: Ingress\n{{- end }}\n'
    const valid = 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{ .Values.name }}\n'
    expect(codesIn(broken)).toEqual(['template-not-rendered'])
    expect(codesIn(valid)).toEqual(['template-not-rendered'])
    expect(codesIn(`${valid}---\n${broken}`)).toEqual(['template-not-rendered'])
    expect(placesIn(valid)).toEqual([[4, 9]])
  })

  it('in comments, annotations and objects of other kinds are none of our business', () => {
    const commented = `# {{ .Values.x }}\n${object('Service', 'a')}`
    const annotated = `apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations: {x: "{{ y }}"}\n`
    const rules = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec: {summary: "{{ $labels.pod }}"}\n`
    for (const text of [commented, annotated, rules]) expect(codesIn(text)).toEqual([])
  })
})

describe('any text', () => {
  const fragments = fc.constantFrom(
    ...[
      'apiVersion: networking.k8s.io/v1\n',
      'kind: Ingress\n',
      'kind: List\nitems:\n',
      'metadata: {name: a}\n',
      '---\n',
    ],
    ...[
      'spec:\n',
      '  rules:\n',
      '  - host: a.com\n',
      '    http: {paths: [',
      '{path: /, pathType: Prefix}',
      ']}\n',
      '- ',
      '  ',
    ],
    ...[
      '&a ',
      '*a',
      '<<: *a\n',
      '{{ x }}',
      '\t',
      '"',
      "'",
      '|\n',
      '>',
      '{',
      '}',
      '[',
      ']',
      ':',
      '?',
      '!!map ',
      '%YAML 9\n',
      '\r\n',
      '\u0000',
    ],
  )

  it('leads to objects or diagnostics and never throws, positions included', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fragments, fc.string()), { maxLength: 30 }), parts => {
        const { objects, diagnostics } = read(parts.join(''))
        for (const diagnostic of [...diagnostics, ...translate(objects).diagnostics]) {
          expect(diagnostic.position?.line).toBeGreaterThan(0)
          expect(diagnostic.position?.column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of JSON is read alike by both parsers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, value }
        const text = JSON.stringify(spec, null, space)
        expect(read(text).objects[0]?.raw).toEqual(JSON.parse(text))
        expect(read(text).diagnostics).toEqual([])
      }),
    )
  })
})
