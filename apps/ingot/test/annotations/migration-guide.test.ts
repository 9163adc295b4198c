import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { supportedNginxAnnotations } from '@ingot/kubernetes'
import { expect, it } from 'vitest'

const guide = readFileSync(join(import.meta.dirname, '../../../../docs/migrate-from-ingress-nginx.md'), 'utf8')

it('the migration guide lists the annotations that are honoured, and no others', () => {
  const rows = [...guide.matchAll(/^\| (`[^|]*) \|/gm)].map(([, names]) => names!)
  const listed = rows.flatMap(names => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  expect(listed.sort()).toEqual([...supportedNginxAnnotations].sort())
})
