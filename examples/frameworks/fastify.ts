import Fastify, { type FastifyInstance } from 'fastify'
import { answerTo, routeRequest } from './route-request.ts'

/** Ingress routes in Fastify: its own router sees neither hosts nor paths that it cannot decode. */
export const app: FastifyInstance = Fastify({
  // The router gets a path that it can always read; what was asked for stays in `originalUrl`.
  rewriteUrl: () => '/',
})

app.all('/', (request, reply) => {
  const { status, text } = answerTo(routeRequest(request.headers.host, request.originalUrl))
  return reply.code(status).type('text/plain').send(text)
})
