import express, { type Express } from 'express'
import { answerTo, routeRequest } from './route-request.ts'

/** Ingress routes in Express: a middleware, because Express would match decoded paths. */
export const app: Express = express()

app.disable('x-powered-by')
app.use((request, response) => {
  const { status, text } = answerTo(routeRequest(request.headers.host, request.originalUrl))
  response.status(status).type('text').send(text)
})
