import { createHook } from 'node:async_hooks'

let kept: object | undefined

/**
 * Keeps `process.nextTick` fast in this thread, for as long as it runs. Each call makes an object whose keys are symbols.
 * V8 remembers the shapes such an object goes through, but weakly: if a few collections find no call under way, as while
 * a large configuration is read or nobody asks for anything, it forgets them, gives the place up as one of many shapes,
 * and never again makes these objects in compiled code. Each request has seven calls, and each would take up to a
 * microsecond longer. One object that is kept keeps its shapes.
 *
 * Returns that object, which is only to be held; `undefined` if Node has come to do without.
 */
export function keepTickShape(): object | undefined {
  if (kept !== undefined) return kept
  // Nothing else gets hold of such an object. Hooks on promises would slow these down even after they are gone.
  const hook = createHook({
    trackPromises: false,
    init(_id, type, _trigger, resource) {
      if (type === 'TickObject') kept = resource
    },
  })
  hook.enable()
  process.nextTick(() => {})
  hook.disable()
  return kept
}
