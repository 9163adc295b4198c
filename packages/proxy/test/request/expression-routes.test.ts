import { compile, guardAmbiguity } from '@ingot/core'
import { describe, expect, it } from 'vitest'
import { matchExpressions, type PathChoices } from '../../src/request/expression-routes.ts'
import { compileExpression } from '../../src/request/expressions.ts'
import { compilePathChange } from '../../src/request/path-change.ts'

type Target = string | PathChoices<Target>

function matcherOf(choices: Readonly<Record<string, string>>, otherwise?: string) {
  const target: Target = {
    choices: Object.entries(choices).map(([expression, name]) => ({ expression, target: name })),
    otherwise,
  }
  const routes = [
    { host: 'a.com', path: '/', pathType: 'Prefix', target },
    { host: 'b.com', path: '/x', pathType: 'Prefix', target: 'plain' },
  ] as const
  const matcher = compile<Target>({ routes, defaultTarget: 'default' })
  return matchExpressions(matcher, one => (typeof one === 'string' ? undefined : one))
}

describe('a route with expressions', () => {
  it('is the first that is found in front, whatever the case', () => {
    const matcher = matcherOf({ '/api/v[0-9]+': 'version', '/api': 'api' })
    const targets = ['/API/v2/x', '/apis', '/x/api'].map(path => matcher.match('a.com', path)?.route.target)
    expect(targets).toEqual(['version', 'api', undefined])
    expect(matcher.match('b.com', '/x/y')?.route.target).toBe('plain')
    expect(matcher.defaultTarget).toBe('default')
  })

  it('leaves the rest to what is there for it', () => {
    expect(matcherOf({ '/api': 'api' }, 'rest').match('a.com', '/x')?.route.target).toBe('rest')
  })

  it('shows the ambiguity guard where another reading of the path goes', () => {
    const matcher = matcherOf({ '/public/': 'public', '/admin/': 'admin' })
    const guard = (path: string) => guardAmbiguity(matcher, 'a.com', path, matcher.match('a.com', path))
    expect(guard('/public/a;b')).toBeUndefined()
    expect(guard('/public/..%2Fadmin/x')?.reason).toBe('other-destination')
  })
})

describe('an expression', () => {
  it.each(['/(?!a)', '/(a)\\1', '/a++', '/(', 'x'.repeat(513), '/(x{100}){100}'])(
    'that has no bound, or too high a one, is refused: %s',
    source => {
      expect(() => compileExpression(source, { ignoreCase: true })).toThrow(TypeError)
    },
  )
})

describe('a path made of groups', () => {
  const edit = (expression: string, template: string) => compilePathChange({ expression, template })

  it('has what the groups took in its places', () => {
    expect(edit('/a/([^/]+)/(.*)', '/$2/of/$1')('/A/x/y/z', '/')).toBe('/y/z/of/x')
    expect(edit('/a(/|$)(.*)', '/$2')('/a', '/')).toBe('/')
    expect(edit('/a', '/b$3')('/a/x', '/')).toBe('/b')
    expect(edit('/a', '/b')('/c', '/')).toBe('/c')
  })

  it('is normal, however it comes together', () => {
    expect(edit('/a/(.*)', '/b/$1')('/a/', '/')).toBe('/b/')
    expect(edit('/a(.*)', '/b/$1')('/a/x', '/')).toBe('/b/x')
    expect(edit('/a/(..)', '/$1')('/a/%41', '/')).toBe('/%254')
    expect(edit('/a/x(.*)', '/b/.$1')('/a/x./c', '/')).toBe('/c')
  })

  it.each(['b', '/b/../$1', '/b//$1', '/b c', '/%zz'])('is not made by %s', template => {
    expect(() => edit('/a(.*)', template)).toThrow(TypeError)
  })
})
