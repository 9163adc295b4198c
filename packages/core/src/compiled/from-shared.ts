import { CompiledMatcher } from './compiled-matcher.ts'
import { receive, type SharedMatcher } from './shared-form.ts'

/**
 * The matcher that `toShared` has made a message of, in another thread. It reads the same memory; making it takes the
 * time to check the buffer once.
 *
 * @throws SharedFormError if the buffer is damaged, of another version, or not the compiled form of a matcher.
 */
export function fromShared<T>(shared: SharedMatcher<T>): CompiledMatcher<T> {
  return new CompiledMatcher(receive(shared))
}
