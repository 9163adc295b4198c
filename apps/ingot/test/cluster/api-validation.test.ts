import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesToRecord } from '../../../../packages/kubernetes/test/schema/api-server/cases.ts'
import { anyCase } from '../../../../packages/kubernetes/test/schema/api-server/generated.ts'
import { objectOf } from '../../../../packages/kubernetes/test/schema/api-server/mutation.ts'
import { recordFile, recordLine } from '../../../../packages/kubernetes/test/schema/api-server/recorded-cases.ts'
import { difference, ourVerdict } from '../../../../packages/kubernetes/test/schema/api-server/verdict.ts'
import { askToCreate } from './real-api-server/ask-to-create.ts'
import { clusterKinds, type TestCluster } from './test-clusters.ts'

/** Objects are sent with dryRun=All, so that none is created. The API server of the tests validates nothing. */
describe.each(clusterKinds.slice(1))('$name', ({ missing, start }) => {
  if (missing !== undefined) return it.skip(missing, () => undefined)
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await start()
  })

  afterAll(() => cluster.stop())

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
