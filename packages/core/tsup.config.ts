import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library,
  entry: {
    index: 'src/index.ts',
    linear: 'src/linear.ts',
    explain: 'src/analysis/explain.ts',
    diagnose: 'src/analysis/diagnose.ts',
    'request-classes': 'src/analysis/request-classes.ts',
  },
})
