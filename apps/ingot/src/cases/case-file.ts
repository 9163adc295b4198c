import * as v from 'valibot'
import { PROFILES } from '../commands/input.options.ts'
import { requestSchema } from '../explain/requests-file.ts'

const names = (what: string) => v.pipe(v.array(v.string()), v.description(what))

const request = v.pipe(
  v.union([v.pipe(v.string(), v.minLength(1)), requestSchema]),
  v.description('A URL, METHOD URL, or an object with url, method, headers and httpVersion.'),
)

/** `[NAMESPACE/]SERVICE[:PORT]`. */
const backendPattern = /^(?:[a-z0-9.-]+\/)?[a-z0-9.-]+(?::[a-z0-9-]+)?$/

const testSchema = v.pipe(
  v.strictObject({
    name: v.optional(v.pipe(v.string(), v.description('What the test shows, in a sentence. Default: the requests.'))),
    request: v.optional(request),
    requests: v.optional(
      v.pipe(v.array(request), v.minLength(1), v.description('Several requests that all go the same way.')),
    ),
    backend: v.optional(
      v.pipe(
        v.string(),
        v.regex(backendPattern, 'A backend is [NAMESPACE/]SERVICE[:PORT]'),
        v.description('The Service that has the request, as [NAMESPACE/]SERVICE[:PORT].'),
      ),
    ),
    status: v.optional(
      v.pipe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)), v.null()]),
        v.description(
          'What the proxy answers by itself, such as 404, 503 or 400; null if it forwards, which is the default with a backend.',
        ),
      ),
    ),
    ingress: v.optional(v.pipe(v.string(), v.description('The Ingress that says so, as [NAMESPACE/]NAME.'))),
    reason: v.optional(v.pipe(v.string(), v.description('The code of the step that decides, such as path-exact.'))),
  }),
  v.check(test => test.request !== undefined || test.requests !== undefined, 'A test needs request or requests'),
  v.check(
    test => [test.backend, test.status, test.ingress, test.reason].some(value => value !== undefined),
    'A test expects something: backend, status, ingress or reason',
  ),
)

/** A file of routing tests. Everything but `tests` is as the flag of the same name. */
export const caseFileSchema = v.strictObject({
  manifests: v.optional(
    names('Files, folders and globs, relative to this file; -f on the command line comes in their place.'),
  ),
  class: v.optional(names('Only Ingresses of these classes.')),
  namespace: v.optional(names('Only Ingresses of these namespaces.')),
  profile: v.optional(
    v.pipe(v.picklist(PROFILES), v.description('Whose behaviour is tested, as with --profile. Default: ingot.')),
  ),
  hostFallthrough: v.optional(
    v.pipe(
      v.picklist(['none', 'wildcard', 'all']),
      v.description('Where a request goes whose host has no route for its path.'),
    ),
  ),
  missing: v.optional(
    v.pipe(
      v.picklist(['auto', 'complete', 'elsewhere']),
      v.description('What it means that a Service is not in the files.'),
    ),
  ),
  tests: v.array(testSchema),
})

/** What a file of routing tests says. */
export type CaseFile = v.InferOutput<typeof caseFileSchema>
export type RoutingTest = CaseFile['tests'][number]
