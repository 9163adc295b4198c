import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library,
  entry: ['src/index.ts', 'src/linear.ts', 'src/explain.ts', 'src/diagnose.ts', 'src/request-classes.ts'],
})
