import type { Fields } from './fields.ts'

/** Whether `metadata.ownerReferences` are such as the API server accepts. */
export function checkOwnerReferences(metadata: Fields): boolean {
  const owners = metadata.items('ownerReferences').map(({ fields }) => readOwner(fields))
  const controllers = owners.filter(owner => owner.controls)
  if (controllers.length > 1)
    metadata.complain('invalid-metadata', 'ownerReferences', 'Only one of the owners can have controller: true.')
  return controllers.length <= 1 && owners.every(owner => owner.valid)
}

function readOwner(fields: Fields): { readonly valid: boolean; readonly controls: boolean } {
  const apiVersion = fields.text('apiVersion')
  const missing = ['apiVersion', 'kind', 'name', 'uid'].filter(name => fields.text(name) === '')
  const controls = fields.boolean('controller') ?? false
  fields.boolean('blockOwnerDeletion')
  fields.reportUnknown()
  if (!fields.wellTyped) return { valid: false, controls }
  for (const name of missing) fields.complain('invalid-metadata', undefined, `An owner needs a value for ${name}.`)
  const isVersion = apiVersion.split('/').length <= 2 && !apiVersion.endsWith('/')
  if (!isVersion) fields.complain('invalid-metadata', 'apiVersion', `${JSON.stringify(apiVersion)} is no apiVersion.`)
  return { valid: missing.length === 0 && isVersion, controls }
}
