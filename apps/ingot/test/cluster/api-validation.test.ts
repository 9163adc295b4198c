import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesToRecord } from '../../../../packages/kubernetes/test/schema/api-server/cases.ts'
import { anyCase } from '../../../../packages/kubernetes/test/schema/api-server/generated.ts'
import { objectOf } from '../../../../packages/kubernetes/test/schema/api-server/mutation.ts'
import { recordFile, recordLine } from '../../../../packages/kubernetes/test/schema/api-server/recorded-cases.ts'
import { difference, ourVerdict } from '../../../../packages/kubernetes/test/schema/api-server/verdict.ts'
import { inRealCluster } from './in-cluster.ts'
import { askToCreate } from './real-api-server/ask-to-create.ts'

/** Objects are sent with dryRun=All, so that none is created. The API server of the tests validates nothing. */
inRealCluster('$name', cluster => {
  it('says of each recorded object what is recorded', async () => {
    const lines: string[] = []
    for (const one of casesToRecord()) lines.push(recordLine(one, await askToCreate(cluster.direct, objectOf(one))))
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(recordFile)
  })

  it('accepts and refuses what validation does', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async one => {
        const theirs = await askToCreate(cluster.direct, objectOf(one))
        expect(difference(ourVerdict(one), theirs), theirs.message).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })
})
