import { expect, it } from 'vitest'
import { isForbiddenAddress } from '../../src/backends/external-name.ts'

it.each([
  ...['127.0.0.1', '127.255.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', '100.100.100.200'],
  ...[
    '::1',
    '::',
    '[::1]',
    'fe80::1',
    'febf::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::7f00:1',
  ],
  ...['FE80::1', 'fe80::1%eth0', 'fd00:ec2::254', '0:0:0:0:0:0:0:1', '0:0:0:0:0:ffff:127.0.0.1'],
  ...['', 'localhost', '0x7f.0.0.1', '127.1', '2130706433', '1.2.3.4.5', '1::2::3', '1:2:3', '::ffff:1.2.3'],
])('%s is forbidden', address => {
  expect(isForbiddenAddress(address)).toBe(true)
})

it.each(['10.0.0.1', '192.168.1.1', '172.16.0.1', '8.8.8.8', '2001:db8::1', 'fd00::1', '::ffff:8.8.8.8', '64:ff9b::1'])(
  '%s is allowed',
  address => {
    expect(isForbiddenAddress(address)).toBe(false)
  },
)
