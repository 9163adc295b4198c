import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { supportedNginxAnnotations } from '@ingot/kubernetes'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/annotations.md'), 'utf8')

it('the page of annotations lists the annotations that are honoured, and no others', () => {
  const rows = [...page.matchAll(/^\| (`[^|]*) \|/gm)].map(([, names]) => names!)
  const listed = rows.flatMap(names => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  expect(listed.sort()).toEqual([...supportedNginxAnnotations].sort())
})
