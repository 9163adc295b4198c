import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leases } from '../../src/cluster/api-resources.ts'
import { type ElectionTiming, LeaderElection } from '../../src/cluster/leader-election.ts'
import { microTime, readLease } from '../../src/cluster/lease.ts'
import { eventually, inCluster } from './in-cluster.ts'
import { clientOf } from './test-clusters.ts'

const timing: ElectionTiming = { leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 200 }

interface Replica {
  readonly identity: string
  readonly election: LeaderElection
  readonly history: boolean[]
  readonly errors: string[]
  /** Ends in good order. */
  stop(): Promise<void>
}

inCluster('a leader election before $name', cluster => {
  const name = 'lease'
  let replicas: Replica[]
  /** The most that ever led at the same moment, and the order in which they did. */
  let watchdog: NodeJS.Timeout
  let mostLeaders: number
  let reign: string[]

  beforeEach(() => {
    replicas = []
    mostLeaders = 0
    reign = []
    watchdog = setInterval(() => {
      const leading = leaders()
      mostLeaders = Math.max(mostLeaders, leading.length)
      for (const leader of leading) if (reign.at(-1) !== leader) reign.push(leader)
    }, 1)
  })
  afterEach(async () => {
    clearInterval(watchdog)
    cluster.faults.clear()
    await Promise.all(replicas.map(replica => replica.stop()))
  })

  const leaders = () => replicas.filter(({ election }) => election.leading).map(({ identity }) => identity)
  const readRecord = async () => readLease(await cluster.get(leases, name))

  function join(identity: string, options: { timing?: ElectionTiming } = {}): Replica {
    const client = cluster.client(identity, { timeout: 5_000 })
    const controller = new AbortController()
    const history: boolean[] = []
    const errors: string[] = []
    const election = new LeaderElection({
      client,
      ...cluster.at(name),
      identity,
      signal: controller.signal,
      timing: options.timing ?? timing,
      onChange: leading => history.push(leading),
      onError: error => errors.push(error.reason),
    })
    const running = election.run()
    const stop = () => {
      controller.abort()
      return running
    }
    const replica = { identity, election, history, errors, stop }
    replicas.push(replica)
    return replica
  }

  it('one of several leads, and says so in the Lease', async () => {
    for (const identity of ['a', 'b', 'c']) join(identity)
    await eventually(() => leaders().length).toBe(1)
    const [leader] = leaders()
    expect(await readRecord()).toMatchObject({ holder: leader, durationSeconds: 3, transitions: 0 })
    await new Promise(resolve => setTimeout(resolve, 1_500))
    expect(mostLeaders).toBe(1)
  })

  it('the leader renews, and keeps the time since when it leads', async () => {
    join('a')
    await eventually(() => leaders()).toEqual(['a'])
    const first = await readRecord()
    await eventually(async () => (await readRecord()).renewTime).not.toBe(first.renewTime)
    expect((await readRecord()).acquireTime).toBe(first.acquireTime)
  })

  it('a leader that ends in good order lets go, and another takes over without waiting for the Lease to run out', async () => {
    const slow = { leaseDuration: 60_000, renewDeadline: 40_000, retryPeriod: 100 }
    const first = join('a', { timing: slow })
    await eventually(() => leaders()).toEqual(['a'])
    join('b', { timing: slow })
    await first.stop()
    expect(first.history).toEqual([true, false])
    await eventually(() => leaders()).toEqual(['b'])
    expect(await readRecord()).toMatchObject({ holder: 'b', transitions: 1 })
  })

  it('when the leader is killed another takes over, once the Lease has run out', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    join('b')
    join('c')
    // Nothing that it sends arrives any more: it neither renews nor lets go.
    cluster.faults.add({ client: 'a' }, { reset: true })
    await first.stop()
    await eventually(() => leaders().length).toBe(1)
    expect(leaders()).not.toEqual(['a'])
    expect(mostLeaders).toBe(1)
    expect((await readRecord()).transitions).toBe(1)
  })

  it.each([
    ['gets no answers', { hang: true }],
    ['is reset', { reset: true }],
    ['gets errors', { answer: 500 }],
  ] as const)('a leader that is cut off and %s has stepped down before another takes over', async (_, fault) => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    join('b')
    join('c')
    cluster.faults.add({ client: 'a' }, fault)
    await eventually(() => leaders().length === 1 && leaders()[0] !== 'a').toBe(true)
    expect(first.history).toEqual([true, false])
    expect(first.errors.length).toBeGreaterThan(0)
    expect(mostLeaders).toBe(1)
    cluster.faults.clear()
    await new Promise(resolve => setTimeout(resolve, 1_000))
    expect(first.election.leading).toBe(false)
    expect(reign).toHaveLength(2)
  })

  it('a leader whose renewals are taken but whose answers are lost leads on when they come again', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    join('b')
    cluster.faults.add({ client: 'a', verb: 'update' }, { loseAnswer: true }, 3)
    await eventually(() => first.errors.length).toBe(3)
    await eventually(() => leaders()).toEqual(['a'])
    expect(mostLeaders).toBe(1)
    expect(new Set(reign)).toEqual(new Set(['a']))
  })

  it('nobody leads while the API server is away, and one does afterwards', async () => {
    for (const identity of ['a', 'b', 'c']) join(identity)
    await eventually(() => leaders().length).toBe(1)
    await cluster.goAway()
    await eventually(() => leaders().length).toBe(0)
    await cluster.comeBack()
    await eventually(() => leaders().length).toBe(1)
    expect(mostLeaders).toBe(1)
  })

  it('clocks that are wrong by hours do not matter', async () => {
    const spec = (offset: number) => {
      const time = microTime(new Date(Date.now() + offset))
      return {
        holderIdentity: 'elsewhere',
        leaseDurationSeconds: 3,
        renewTime: time,
        acquireTime: time,
        leaseTransitions: 4,
      }
    }
    const lease = { apiVersion: leases.apiVersion, kind: leases.kind, metadata: cluster.at(name) }
    // By its holder's clock the lease ran out hours ago; it is alive all the same.
    let held = await cluster.create(leases, { ...lease, spec: spec(-5 * 3_600_000) })
    const follower = join('a')
    for (let i = 0; i < 8; i += 1) {
      await new Promise(resolve => setTimeout(resolve, 500))
      held = await cluster.update(leases, { ...held, spec: spec(-5 * 3_600_000 + i) })
      expect(follower.election.leading).toBe(false)
    }
    // By its holder's clock it runs for hours still; its holder is gone all the same.
    await cluster.update(leases, { ...held, spec: spec(5 * 3_600_000) })
    await eventually(() => leaders()).toEqual(['a'])
    expect(await readRecord()).toMatchObject({ holder: 'a', transitions: 5 })
  })

  it('a holder that asked for more time than we would is given it', async () => {
    const time = microTime()
    const spec = { holderIdentity: 'elsewhere', leaseDurationSeconds: 3600, renewTime: time, acquireTime: time }
    await cluster.create(leases, {
      apiVersion: leases.apiVersion,
      kind: leases.kind,
      metadata: cluster.at(name),
      spec,
    })
    const short = { leaseDuration: 1_000, renewDeadline: 500, retryPeriod: 50 }
    const follower = join('a', { timing: short })
    await new Promise(resolve => setTimeout(resolve, 2_500))
    expect(follower.election.leading).toBe(false)
  })

  it('a leader steps down when somebody gives the Lease to another', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    const give = async () => {
      const lease = await cluster.get(leases, name)
      await cluster.update(leases, {
        ...lease,
        spec: { ...(lease.spec as object), holderIdentity: 'elsewhere' },
      })
    }
    // Its renewals may come in between.
    await expect
      .poll(() =>
        give().then(
          () => 'given',
          () => 'conflict',
        ),
      )
      .toBe('given')
    await eventually(() => first.history).toEqual([true, false])
  })

  it('a leader goes on when somebody else writes to the Lease, even in between reading and renewing', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    cluster.faults.add({ client: 'a', verb: 'update' }, { delay: 100 }, 3)
    const updates = () =>
      cluster.faults.requests.filter(({ verb, userAgent }) => verb === 'update' && userAgent === 'a')
    for (let i = 0; i < 3; i += 1) {
      const before = updates().length
      await eventually(() => updates().length).toBeGreaterThan(before)
      await cluster.patch(leases, name, { metadata: { labels: { turn: String(i) } } })
    }
    const { renewTime } = await readRecord()
    await eventually(async () => (await readRecord()).renewTime).not.toBe(renewTime)
    expect(first.history).toEqual([true])
    expect(first.errors).toEqual([])
  })

  it('the last replica leads once more after it has let go, and holds nothing afterwards', async () => {
    const only = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    await only.stop()
    let led = false
    await only.election.leadAsTheLast(async () => {
      led = only.election.leading
      expect((await readRecord()).holder).toBe('a')
    })
    expect(led).toBe(true)
    expect(only.election.leading).toBe(false)
    expect((await readRecord()).holder).toBe('')
  })

  it('a replica that has a successor does not lead again', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    join('b')
    await first.stop()
    await first.election.leadAsTheLast(() => Promise.reject(new Error('it is not the last')))
    expect(first.errors).toEqual([])
    // The Lease may name the successor before that one has had its answer.
    await eventually(() => leaders()).toEqual(['b'])
  })

  it('a replica that cannot know whether it is the last does not lead again', async () => {
    const first = join('a')
    await eventually(() => leaders()).toEqual(['a'])
    await first.stop()
    cluster.faults.add({ client: 'a', plural: 'leases' }, { answer: 500 })
    await first.election.leadAsTheLast(() => Promise.reject(new Error('it cannot know that')))
    expect(first.errors).toEqual(['InternalError'])
    expect(first.election.leading).toBe(false)
  })

  it('a Lease that somebody deletes is made again', async () => {
    join('a')
    await eventually(() => leaders()).toEqual(['a'])
    await cluster.delete(leases, name)
    await eventually(async () => (await readRecord().catch(() => undefined))?.holder).toBe('a')
    expect(leaders()).toEqual(['a'])
  })
})

describe('the times of an election', () => {
  it.each([
    ['leave no room to step down', { leaseDuration: 10_000, renewDeadline: 10_000 }],
    ['leave no room to try again', { renewDeadline: 2_400, retryPeriod: 2_000 }],
    ['cannot be written in a Lease', { leaseDuration: 12_500 }],
  ])('are refused if they %s', (_, wrong) => {
    const client = clientOf({ url: 'http://127.0.0.1:1' })
    const { signal } = new AbortController()
    const make = () => new LeaderElection({ client, namespace: 'x', name: 'x', identity: 'x', signal, timing: wrong })
    expect(make).toThrow(RangeError)
  })
})
