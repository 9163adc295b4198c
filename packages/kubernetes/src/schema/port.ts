import { isDnsLabel, isPortNumber, isQualifiedName } from './names.ts'

/** What the ports of Services and of EndpointSlices have in common. */
export interface NamedPort {
  readonly name: string
  /** `undefined` stands for every port. */
  readonly port: number | undefined
  readonly protocol: string
  readonly appProtocol: string | undefined
}

/** What the API server refuses of a port: the field, and why. */
export function portFault({ name, port, protocol, appProtocol }: NamedPort): readonly [string, string] | undefined {
  if (name !== '' && !isDnsLabel(name)) return ['name', `${JSON.stringify(name)} cannot be the name of a port.`]
  if (port !== undefined && !isPortNumber(port)) return ['port', 'port must be a number from 1 to 65535.']
  if (!['TCP', 'UDP', 'SCTP'].includes(protocol))
    return ['protocol', `protocol must be TCP, UDP or SCTP, not ${JSON.stringify(protocol)}.`]
  if (appProtocol !== undefined && !isQualifiedName(appProtocol))
    return ['appProtocol', `appProtocol must be like http or kubernetes.io/h2c, not ${JSON.stringify(appProtocol)}.`]
  return undefined
}
