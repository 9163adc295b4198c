import { answerTo, routeRequest } from './route-request.ts'

/** Ingress routes in a `fetch` handler, as Workers, Bun and Deno take it: a module's default export. */
export default {
  fetch(request: Request): Response {
    const { host, pathname } = new URL(request.url)
    const { status, text } = answerTo(routeRequest(request.headers.get('host') ?? host, pathname))
    return new Response(text, { status })
  },
}
