/** Where our verdict is meant to be another than the API server's. */
interface Exception {
  readonly why: string
  /** What the API server says where it refuses. */
  readonly says?: RegExp
  /** The field that we refuse, or do not look at. */
  readonly about?: RegExp
}

export const exceptions: readonly Exception[] = [
  {
    why: 'an object in a file needs a name to be told from others; a cluster would make one from generateName',
    about: /^metadata\.name$/,
  },
  {
    why: 'two classes that differ are class-conflict, a matter of who serves the Ingress: the API server refuses them on create only',
    says: /annotations\.kubernetes\.io\/ingress\.class: /,
  },
  { why: 'what a cluster has written into status is not looked at', about: /^status\./ },
  {
    why: 'endpoints in files may be on this machine or its network, and be written in any valid form',
    says: /loopback range|link-local|unspecified|canonical form|IPv4-mapped/,
  },
  { why: 'nothing can be connected to on a port outside of 1 to 65535', about: /^ports\[\d+\]\.port$/ },
  {
    why: 'how a Service gets its addresses, and how traffic gets to it, is no concern of routing',
    says: /spec\.(?:clusterIPs|ipFamilies|ipFamilyPolicy|selector|externalIPs|sessionAffinity|sessionAffinityConfig|externalTrafficPolicy|internalTrafficPolicy|trafficDistribution|loadBalancerClass|loadBalancerIP|[lL]oadBalancerSourceRanges|healthCheckNodePort|allocateLoadBalancerNodePorts|ports\[\d+\]\.nodePort)\b/,
  },
  {
    why: 'host names, hints and labels of endpoints are not used',
    says: /endpoints\[\d+\]\.(?:hostname|hints|deprecatedTopology)/,
  },
  {
    why: 'a Secret without the keys that its type needs is reported where a tls entry names it, as tls-secret-unusable',
    says: /data\[[^\]]*\]: Required value|metadata\.annotations\[kubernetes.io\/service-account.name\]/,
  },
  { why: 'nobody writes the bytes of a Secret as a list of numbers', about: /^data\b/ },
]
