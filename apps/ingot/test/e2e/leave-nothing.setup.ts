import { afterAll } from 'vitest'
import { killAll } from './ingot-process.ts'

// Before each file, and so its last hook: a test that fails must not leave its program behind.
afterAll(killAll)
