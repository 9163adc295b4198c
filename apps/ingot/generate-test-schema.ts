import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { caseFileSchema } from './src/cases/case-file.ts'

/** The JSON Schema of files of routing tests, for editors. */
export function routingTestsSchema(): JsonSchema {
  return {
    ...toJsonSchema(caseFileSchema, { target: 'draft-07', ignoreActions: ['check'] }),
    title: 'Routing tests of Ingot',
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('schema/routing-tests.schema.json', import.meta.url)
  writeFileSync(file, `${JSON.stringify(routingTestsSchema(), undefined, 2)}\n`)
}
