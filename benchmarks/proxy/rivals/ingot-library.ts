import { compile } from '@ingot/core'
import {
  attachProxy,
  createProxyHandler,
  type Routing as ProxyRouting,
  RoutingState,
  UpstreamRegistry,
} from '@ingot/proxy'
import type { NodeProxy } from './node-proxy.ts'
import type { Routing } from './rival.ts'

/** The handler of `@ingot/proxy` as somebody would embed it, without metrics and logs. */
export const nodeProxy: NodeProxy = {
  package: '@ingot/proxy',
  lacks: { http2: 'measured as `ingot serve`', tls: 'measured as `ingot serve`' },
  attach(server, { routing, onChange }) {
    const registry = new UpstreamRegistry()
    const build = ({ hosts, endpoints }: Routing): ProxyRouting<string> => ({
      matcher: compile({ routes: hosts.map(host => ({ host, path: '/', pathType: 'Prefix', target: 'backend' })) }),
      upstreams: registry.update(new Map([['backend', { endpoints }]])),
    })
    const state = new RoutingState(build(routing))
    onChange(next => state.swap(build(next)))
    attachProxy(server, createProxyHandler({ state }))
  },
}
