import { Hono } from 'hono'
import { answerTo, routeRequest } from './route-request.ts'

/** Ingress routes in Hono, on any runtime that Hono runs on. */
export const app = new Hono()

app.all('*', context => {
  const { host, pathname } = new URL(context.req.url)
  const { status, text } = answerTo(routeRequest(context.req.header('host') ?? host, pathname))
  return new Response(text, { status })
})
