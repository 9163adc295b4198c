/** Loaded first: makes `@ingot/*` come from the tree that `LIBRARIES_OF` names, as its own program sees them. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const parentURL = pathToFileURL(`${process.env.LIBRARIES_OF}/apps/ingot/package.json`).href

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier.startsWith('@ingot/') ? { ...context, parentURL } : context),
})
