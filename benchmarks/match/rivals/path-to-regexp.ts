import { pathToRegexp, type Token, TokenData } from 'path-to-regexp'
import { type FindPath, type HostPaths, perHost, type Rival } from './rival.ts'

/** What Express does: an expression for each path, tried one by one; here in the order in which Ingress wants them. */
function scannerOf({ exact, prefix }: HostPaths): FindPath {
  const layers = [
    ...exact.map(([path, route]) => ({ expression: expressionOf([textOf(path)]), route })),
    ...prefix.map(([path, route]) => ({ expression: expressionOf([textOf(path), below]), route })),
  ]
  return path => layers.find(({ expression }) => expression.test(path))?.route
}

const textOf = (value: string): Token => ({ type: 'text', value })

/** Nothing, a slash, or a slash and anything. */
const below: Token = {
  type: 'group',
  tokens: [textOf('/'), { type: 'group', tokens: [{ type: 'wildcard', name: 'rest' }] }],
}

/** Its patterns are given as tokens, not as text, so that `:` and `*` in a path stay themselves. */
function expressionOf(tokens: Token[]): RegExp {
  return pathToRegexp(new TokenData(tokens), { sensitive: true, trailing: false }).regexp
}

export const pathToRegexpScan: Rival = {
  name: 'path-to-regexp scan',
  build: perHost(scannerOf),
  skips: { D: 'reads thousands of expressions a request' },
  upTo: { routes: 100_000, reason: 'its expressions need more memory than there is' },
}
