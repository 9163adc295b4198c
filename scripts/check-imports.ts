import { globSync, readFileSync } from 'node:fs'

/**
 * Holds the arrows of docs/architecture.md: what the sources of each workspace may import.
 * Relative imports are always fine; type-only imports count like any other.
 */
const allowed: Record<string, RegExp[]> = {
  'packages/core': [],
  'packages/kubernetes': [/^@ingot\/core(\/[a-z-]+)?$/, /^yaml$/, /^js-yaml$/, /^re2js$/],
  'packages/proxy': [/^@ingot\/core(\/[a-z-]+)?$/, /^node:/, /^undici$/, /^re2js$/],
  'apps/ingot': [/./],
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\n[^'"\n;]*?)*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g

function forbiddenImports(folder: string, patterns: readonly RegExp[]): string[] {
  const found: string[] = []
  for (const file of globSync(`${folder}/src/**/*.ts`)) {
    for (const [, from, dynamic, bare] of readFileSync(file, 'utf8').matchAll(importPattern)) {
      const name = from ?? dynamic ?? bare ?? ''
      if (name.startsWith('.')) {
        if (name.includes('../../')) found.push(`${file}: '${name}' reaches out of its package`)
      } else if (!patterns.some(pattern => pattern.test(name))) {
        found.push(`${file}: '${name}' is not among what ${folder} may import`)
      }
    }
  }
  return found
}

const problems = Object.entries(allowed).flatMap(([folder, patterns]) => forbiddenImports(folder, patterns))
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
