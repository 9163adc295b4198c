import { readManifests } from '@ingot/kubernetes'
import { describe, expect, it } from 'vitest'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import type { ViewProfile } from '../../src/profiles/view-profile.ts'
import { routingView } from '../../src/view/routing-view.ts'
import { ingress } from '../manifests.ts'

/** Two of the same age, and a port that only the Pods have. */
const text = [
  ingress('a', { 'shop.example.com': ['/ p first', '/api i api'] }),
  ingress('z', { 'shop.example.com': ['/ p second'] }),
].join('---\n')

const backendOf = (profile: ViewProfile, url: string) => {
  const { objects } = readManifests(text, { file: 'shop.yaml' })
  return requestExplainer(routingView({ objects, resolve: [] }, { profile }))({ url }).backend?.service?.name
}

describe('the profile ingot:ingress-nginx', () => {
  it('takes on the ways of ingress-nginx that ingot serve has with its profile of that name', () => {
    expect(backendOf('ingot', 'http://shop.example.com/')).toBe('first')
    expect(backendOf('ingot:ingress-nginx', 'http://shop.example.com/')).toBe('second')
    expect(backendOf('ingress-nginx', 'http://shop.example.com/')).toBe('second')
  })

  it('keeps the rules of Ingot, which end a path where an element ends', () => {
    expect(backendOf('ingress-nginx', 'http://shop.example.com/apix')).toBe('api')
    expect(backendOf('ingot:ingress-nginx', 'http://shop.example.com/apix')).toBe('second')
  })
})
