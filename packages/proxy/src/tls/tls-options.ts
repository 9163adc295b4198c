import type { SecureContextOptions } from 'node:tls'

/**
 * TLS 1.2 and 1.3 with the suites of Mozilla's intermediate configuration, the client's preference first. The DHE suites
 * of that list are left out: every client that has them has ECDHE too, and an attacker's handshake would cost more.
 */
export const tlsOptions: SecureContextOptions = Object.freeze({
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ].join(':'),
  honorCipherOrder: false,
  // Seconds a session can be resumed.
  sessionTimeout: 7_200,
})
