import { describe, expect, test } from 'vitest'
import { normalisePath, type PathOptions, type PathRefusalReason } from '../../src/request/path.ts'

describe('normalisePath', () => {
  test.each<[clause: string, path: string, normal: string, options?: PathOptions]>([
    ['7.1', '', '/'],
    ['7.1', '/', '/'],
    ['7.2', '/foo/', '/foo/'],
    ['7.2', '/FOO', '/FOO'],
    // 8.2 leaves alone what RFC 3986 would not allow in a path and no parser stumbles over.
    ['8.2', '/a"b<c>^`{|}', '/a"b<c>^`{|}'],
    ['8.2', '/%01%0D%0A%7F', '/%01%0D%0A%7F'],
    ['8.3', '/%41%7E%2D%5F%30', '/A~-_0'],
    ['8.3', '/%61%64%6d%69%6e', '/admin'],
    ['8.3', '/%3a%2f%c3%a9', '/%3A%2F%C3%A9'],
    ['8.3', '/caf%C3%A9', '/caf%C3%A9'],
    ['8.3', '/a%20b', '/a%20b'],
    ['8.3', '/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40', '/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40'],
    ['8.3', "/!$&'()*+,;=:@", "/!$&'()*+,;=:@"],
    ['8.3', '/%252e%252e/x', '/%252e%252e/x'],
    ['8.3', '/%25%32%65', '/%252e'],
    ['8.3', '/%2525', '/%2525'],
    ['8.4', '/a/./b', '/a/b'],
    ['8.4', '/a/../b', '/b'],
    ['8.4', '/a/%2e%2e/b', '/b'],
    ['8.4', '/a/.%2E/b', '/b'],
    ['8.4', '/a/%2E./b', '/b'],
    ['8.4', '/%2e/admin', '/admin'],
    ['8.4', '/a/b/.', '/a/b/'],
    ['8.4', '/a/b/..', '/a/'],
    ['8.4', '/.', '/'],
    ['8.4', '/..', '/'],
    ['8.4', '/../../a', '/a'],
    ['8.4', '/a/../../../b/', '/b/'],
    ['8.4', '/a/b/../../c', '/c', { aboveRoot: 'refuse' }],
    ['8.4', '/a/..', '/', { aboveRoot: 'refuse' }],
    ['8.4', '/...', '/...'],
    ['8.4', '/.a/..b/c./d..', '/.a/..b/c./d..'],
    ['8.4', '/.well-known/x', '/.well-known/x'],
    ['8.5', '//', '/'],
    ['8.5', '///admin', '/admin'],
    ['8.5', '/a//b///c//', '/a/b/c/'],
    // RFC 3986 before merging: `..` takes the empty element away, not `a`.
    ['8.4, 8.5', '/a//../b', '/a/b'],
    ['8.4, 8.5', '//../a', '/a', { aboveRoot: 'refuse' }],
    ['8.5', '/a//b', '/a//b', { emptySegments: 'preserve' }],
    ['8.5', '//', '//', { emptySegments: 'preserve' }],
    ['8.5', '/a//../b', '/a/b', { emptySegments: 'preserve' }],
    ['8.5', '/..//b', '//b', { emptySegments: 'preserve' }],
    ['8.5', '/a/b/', '/a/b/', { emptySegments: 'reject' }],
    ['8.6', '/a%2Fb', '/a%2Fb'],
    ['8.6', '/a%2fb%5cc', '/a%2Fb%5Cc'],
    ['8.6', '/a/..%2Fb', '/a/..%2Fb'],
    ['8.6', '/a%2Fb', '/a/b', { encodedSlash: 'decode' }],
    ['8.6', '/a/..%2fb', '/b', { encodedSlash: 'decode' }],
    ['8.6', '/a%2F%2Fb', '/a/b', { encodedSlash: 'decode' }],
    ['8.6', '/a%2F/b', '/a//b', { encodedSlash: 'decode', emptySegments: 'preserve' }],
    ['8.6', '/%252F', '/%252F', { encodedSlash: 'decode' }],
    ['8.6', '/a/b', '/a/b', { encodedSlash: 'reject' }],
    ['8.7', '/foo;v=1/bar;', '/foo;v=1/bar;'],
    ['8.9', `/${'a'.repeat(8191)}`, `/${'a'.repeat(8191)}`],
    ['8.9', '/a'.repeat(1024), '/a'.repeat(1024)],
    ['8.9', '/a/..'.repeat(1600), '/'],
    ['8.9', '/aaaa', '/aaaa', { maxLength: 5 }],
    ['8.9', '/a/', '/a/', { maxElements: 2 }],
  ])('semantics %s: %j is %j %j', (_, path, normal, options) => {
    expect(normalisePath(path, options)).toBe(normal)
  })

  test.each<[clause: string, path: string, reason: PathRefusalReason, options?: PathOptions]>([
    ['1.3', '*', 'not-absolute'],
    ['1.2', 'http://a.com/x', 'not-absolute'],
    ['8.2', 'admin', 'not-absolute'],
    ['8.2', '\\admin', 'not-absolute'],
    ['8.2', '%2Fadmin', 'not-absolute'],
    ['8.2', '../admin', 'not-absolute'],
    ['8.2', '/a b', 'space'],
    ['8.2', '/a\tb', 'control-character'],
    ['8.2', '/a\u0000', 'control-character'],
    ['8.2', '/a\r\nX: y', 'control-character'],
    ['8.2', '/a\u007f', 'control-character'],
    ['8.2', '/adm\u0131n', 'non-ascii'],
    ['8.2', '/\u0080', 'non-ascii'],
    ['8.2', '/\ud800', 'non-ascii'],
    ['8.2', '/\u{1f600}', 'non-ascii'],
    ['8.2', '/a\\..\\b', 'backslash'],
    ['7.1, 8.2', '/a#b', 'fragment'],
    ['7.1', '/a?b', 'query'],
    ['8.2', '/a%', 'malformed-escape'],
    ['8.2', '/a%6', 'malformed-escape'],
    ['8.2', '/%zz', 'malformed-escape'],
    ['8.2', '/%6g', 'malformed-escape'],
    ['8.2', '/%u002e%u002e/x', 'malformed-escape'],
    ['8.2', '/%%32%65', 'malformed-escape'],
    ['8.2', '/%-1', 'malformed-escape'],
    ['8.2', '/% 1', 'malformed-escape'],
    ['8.2', '/%\uff10\uff10', 'malformed-escape'],
    ['8.2', '/a%00', 'encoded-nul'],
    ['8.2', '/a/..%00/b', 'encoded-nul'],
    ['8.4', '/..', 'above-root', { aboveRoot: 'refuse' }],
    ['8.4', '/a/../../a', 'above-root', { aboveRoot: 'refuse' }],
    ['8.4', '/%2e%2e/a', 'above-root', { aboveRoot: 'refuse' }],
    ['8.4', '/a%2F..%2F..', 'above-root', { aboveRoot: 'refuse', encodedSlash: 'decode' }],
    ['8.5', '//', 'empty-element', { emptySegments: 'reject' }],
    ['8.5', '/a//', 'empty-element', { emptySegments: 'reject' }],
    ['8.5', '/a//../b', 'empty-element', { emptySegments: 'reject' }],
    ['8.5', '/a%2F/b', 'empty-element', { emptySegments: 'reject', encodedSlash: 'decode' }],
    ['8.6', '/a%2Fb', 'encoded-slash', { encodedSlash: 'reject' }],
    ['8.6', '/a%2fb', 'encoded-slash', { encodedSlash: 'reject' }],
    ['8.6', '/a%5Cb', 'encoded-backslash', { encodedSlash: 'reject' }],
    // A decoded backslash is a raw one, and that is refused.
    ['8.6', '/a%5cb', 'encoded-backslash', { encodedSlash: 'decode' }],
    ['8.9', `/${'a'.repeat(8192)}`, 'path-too-long'],
    ['8.9', '/aaaaa', 'path-too-long', { maxLength: 5 }],
    ['8.9', '/a'.repeat(1025), 'too-many-elements'],
    ['8.9', '/a/b/', 'too-many-elements', { maxElements: 2 }],
  ])('semantics %s: %j is refused: %s %j', (_, path, reason, options) => {
    expect(normalisePath(path, options)).toEqual({ code: 'bad-path', reason })
  })

  test('a refusal is one frozen object for each reason, so that refusing allocates nothing', () => {
    expect(normalisePath('/%')).toBe(normalisePath('/%zz'))
    expect(Object.isFrozen(normalisePath('/%'))).toBe(true)
  })

  test('rule paths that only look different normalise alike, so that they count as duplicates (semantics 6.5)', () => {
    const spellings = ['/a/b', '/%61/b', '/a/./b', '/a//b', '/a/x/../b', '/a/x/%2E%2e/b']
    expect(new Set(spellings.map(path => normalisePath(path)))).toEqual(new Set(['/a/b']))
  })
})
