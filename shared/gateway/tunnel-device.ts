/** Which device, mark and routing table belong to a tunnel? */
import type { TunnelRole } from './gateway-config.js';

/** What keeps one tunnel's packets apart from the other's. */
export interface TunnelDevice {
  /** VTI device that Libreswan's own `_updown` makes. */
  readonly device: string;
  /** Mark of the IPsec policy: keeps two 0.0.0.0/0 policies apart. */
  readonly policyMark: number;
  /** Connection mark under mask 0xf0: an established flow stays on the tunnel where it began. */
  readonly flowMark: string;
  readonly table: number;
  readonly rulePreference: number;
}

/** Mark of the agent's nudges, outside of the tunnels' marks: the connection table leaves out what carries it. */
export const nudgeMark = '0x100';

const devices: Record<TunnelRole, TunnelDevice> = {
  primary: { device: 'vti0', policyMark: 5, flowMark: '0x10', table: 110, rulePreference: 100 },
  secondary: { device: 'vti1', policyMark: 6, flowMark: '0x20', table: 111, rulePreference: 101 },
};

/** Gives a role's device and numbers; they are the same on every gateway, so that a person finds them again. */
export function tunnelDevice(role: TunnelRole): TunnelDevice {
  return devices[role];
}
