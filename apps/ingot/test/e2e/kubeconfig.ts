/** The text of a kubeconfig with one user; YAML may be JSON. */
export function kubeconfigText(cluster: object, user: object, namespace = 'default'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
  })
}
