import { caddy } from './caddy.ts'
import { nodeProxy as fastProxy } from './fast-proxy.ts'
import { nodeProxy as fastifyHttpProxy } from './fastify-http-proxy.ts'
import { haproxy } from './haproxy.ts'
import { nodeProxy as httpProxy } from './http-proxy.ts'
import { nodeProxy as httpProxy3 } from './http-proxy-3.ts'
import { nodeProxy as httpxy } from './httpxy.ts'
import { nodeProxy as ingotLibrary } from './ingot-library.ts'
import { nginx } from './nginx.ts'
import { nodeProxy as nodeAlone } from './node-alone.ts'
import { nodeRival } from './node-rival.ts'
import { none } from './none.ts'
import type { Rival } from './rival.ts'

const module = (file: string) => new URL(file, import.meta.url).href

/** Everyone but `ingot serve`, which depends on the tree that is measured. */
export const rivals: readonly Rival[] = [
  none,
  nodeRival(nodeAlone, module('node-alone.ts'), 'none'),
  nginx,
  haproxy,
  caddy,
  nodeRival(fastProxy, module('fast-proxy.ts')),
  nodeRival(fastifyHttpProxy, module('fastify-http-proxy.ts')),
  nodeRival(httpxy, module('httpxy.ts')),
  nodeRival(httpProxy3, module('http-proxy-3.ts')),
  nodeRival(httpProxy, module('http-proxy.ts')),
  nodeRival(ingotLibrary, module('ingot-library.ts'), 'ingot'),
]
