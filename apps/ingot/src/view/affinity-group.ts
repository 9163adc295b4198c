import type { Backend } from '@ingot/kubernetes'
import type { AffinityOptions } from '@ingot/proxy'

/** The same, with the name of the group of endpoints: a Service is one, whatever routes lead to it. */
export function withGroup(affinity: AffinityOptions, { namespace, service }: Backend): AffinityOptions {
  if (service === undefined) return affinity
  return { ...affinity, group: `${namespace}/${service.name}:${service.port}` }
}
