import { request } from 'node:https'
import type { TheirVerdict } from '../../../../../packages/kubernetes/test/schema/api-server/verdict.ts'
import type { ApiConnection } from '../../../src/cluster/api-connection.ts'

const paths: Readonly<Record<string, string>> = {
  Ingress: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  IngressClass: '/apis/networking.k8s.io/v1/ingressclasses',
  Service: '/api/v1/namespaces/default/services',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  Secret: '/api/v1/namespaces/default/secrets',
}

interface Status {
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] }
}

/** Whether an API server would create an object, and what it has against it; nothing is created. */
export async function askToCreate(connection: ApiConnection, object: Record<string, unknown>): Promise<TheirVerdict> {
  const path = `${paths[String(object.kind)]}?dryRun=All&fieldValidation=Warn`
  const { status, warnings, body } = await post(connection, path, JSON.stringify(object))
  const answer = JSON.parse(body) as Status
  const causes = answer.details?.causes ?? []
  if (![201, 400, 403, 413, 422, 500].includes(status)) throw new Error(`The API server answered ${status}: ${body}`)
  return {
    accepted: status === 201,
    fields: status === 201 ? [] : [...new Set(causes.map(({ field }) => field ?? ''))].sort(),
    unknown: [...new Set(warnings.flatMap(unknownField))].sort(),
    message: status === 201 ? '' : `${status} ${answer.message}`,
  }
}

function unknownField(warning: string): string[] {
  return [...warning.matchAll(/unknown field \\"(.*?)\\"/g)].map(([, field = '']) => field)
}

async function post(connection: ApiConnection, path: string, text: string) {
  const { headers, tls } = await connection.credentials(false)
  const url = new URL(path, connection.server)
  return new Promise<{ status: number; warnings: string[]; body: string }>((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, ...tls },
      response => {
        const chunks: Buffer[] = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            warnings: response.headersDistinct.warning ?? [],
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}
