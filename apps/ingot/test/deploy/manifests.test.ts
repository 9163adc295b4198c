import { readManifests } from '@ingot/kubernetes'
import { describe, expect, it } from 'vitest'
import { baseObjects, configurationOf, find, manifestFiles, objectsOf } from './deployed.ts'

interface Spread {
  readonly labelSelector: { readonly matchLabels: object }
}

const deployment = find(baseObjects, 'Deployment', 'ingot')
const pod = deployment.spec.template.spec
const [container] = pod.containers
const configuration = configurationOf(container.args)

describe('the plain manifests', () => {
  it.each(manifestFiles)('$name is read without complaint', ({ name, text }) => {
    const { diagnostics } = readManifests(text, { file: name })
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(objectsOf(text).length).toBeGreaterThan(0)
  })

  it('give the controller flags that it takes', () => {
    expect(configuration.cluster.enabled).toBe(true)
    expect(configuration.listen).toMatchObject({ port: 8080, httpsPort: 8443 })
  })

  it('name ports that the controller listens on', () => {
    const ports = Object.fromEntries(container.ports.map((port: never) => Object.values(port)))
    expect(ports).toEqual({
      http: configuration.listen.port,
      https: configuration.listen.httpsPort,
      admin: configuration.admin.port,
    })
    const services = baseObjects.filter(({ kind }) => kind === 'Service')
    const targets = services.flatMap(({ spec }) => spec.ports.map((port: { targetPort: string }) => port.targetPort))
    for (const target of targets) expect(Object.keys(ports)).toContain(target)
  })

  it('publish the addresses of a Service that is there', () => {
    const [namespace, name] = configuration.cluster.publishService!.split('/')
    expect(find(baseObjects, 'Service', name!).metadata.namespace).toBe(namespace)
  })

  it('leave the pod more time to end than draining takes', () => {
    const { delay, timeout } = configuration.drain
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(delay + timeout)
  })

  it('select the pods of the Deployment, whatever does so', () => {
    const labels = deployment.spec.template.metadata.labels
    const selectors = [
      deployment.spec.selector.matchLabels,
      find(baseObjects, 'PodDisruptionBudget', 'ingot').spec.selector.matchLabels,
      find(baseObjects, 'NetworkPolicy', 'ingot').spec.podSelector.matchLabels,
      ...baseObjects.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec.selector),
      ...pod.topologySpreadConstraints.map(({ labelSelector }: Spread) => labelSelector.matchLabels),
    ]
    for (const selector of selectors) expect(labels).toMatchObject(selector)
    expect(find(baseObjects, 'HorizontalPodAutoscaler', 'ingot').spec.scaleTargetRef.name).toBe('ingot')
  })

  it('keep the restricted Pod Security Standard, with a file system that cannot be written', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('ask for a Lease and parameters that the rights name', () => {
    const rules = find(baseObjects, 'Role', 'ingot').rules
    const named = rules.flatMap((rule: { resourceNames?: string[] }) => rule.resourceNames ?? [])
    expect(named).toContain(configuration.cluster.leaseName)
  })

  it('grant nothing on Secrets unless an optional file is applied', () => {
    expect(JSON.stringify(baseObjects)).not.toContain('secrets')
  })

  it('have a class that the controller takes for its own', () => {
    const ours = configuration.kubernetes.controller ?? 'ingot.dev/ingress-controller'
    expect(find(baseObjects, 'IngressClass', 'ingot').spec.controller).toBe(ours)
  })
})
