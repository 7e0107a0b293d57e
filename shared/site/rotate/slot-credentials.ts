/** Which credentials has a gateway at the far side, and which secret does each hold? */
import type { GatewayConfig } from '../../gateway/gateway-config.js';
import type { DesiredSlot } from '../desired-site.js';
import { secretNames } from '../secret-names.js';
import { tunnelRoles } from '../tunnel-roles.js';
import type { RotationQuestion } from './rotation-question.js';

/** One credential. */
export interface SlotCredential {
  readonly identity: string;
  readonly type: 'ip' | 'ufqdn';
  /** Name of its secret. */
  readonly name: string;
}

/** Both tunnels of a gateway with an address as identity have one credential. */
export function credentialsOf(
  { record }: RotationQuestion,
  { slot }: DesiredSlot,
  config: GatewayConfig | undefined,
): readonly SlotCredential[] {
  const names = secretNames(record.spec, slot);
  const { type } = record.spec.tunnel.identity;
  const all = tunnelRoles(record.spec).flatMap((role) => {
    const identity = config?.tunnels.find((tunnel) => tunnel.role === role)?.localId;
    return identity === undefined ? [] : [{ identity, type, name: names[role] }];
  });
  return all.filter(({ identity }, index) => all.findIndex((other) => other.identity === identity) === index);
}
