/** What is a VPN credential, as ZIA tells it? The PSK is in no answer. */
import { z } from 'zod';

/** What a tunnel says that it is; a credential's never changes. */
export type VpnIdentity =
  { readonly type: 'IP'; readonly ipAddress: string } | { readonly type: 'UFQDN'; readonly fqdn: string };

/** One VPN credential, with all that ZIA said of it, since a write replaces. */
export interface VpnCredential {
  readonly id: number;
  readonly identity: VpnIdentity;
  /** Name of the location that holds it. */
  readonly location: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const schema = z.looseObject({
  id: z.number().int(),
  type: z.string(),
  ipAddress: z.string().optional(),
  fqdn: z.string().optional(),
  location: z.looseObject({ name: z.string().optional() }).optional(),
});

/** Reads one credential; `undefined` for other shapes, and for types that no gateway has (`CN`, `XAUTH`). */
export function readCredential(value: unknown): VpnCredential | undefined {
  const { success, data } = schema.safeParse(value);
  if (!success) return undefined;
  const identity = identityOf(data);
  if (identity === undefined) return undefined;
  return { id: data.id, identity, location: data.location?.name, fields: data };
}

function identityOf({ type, ipAddress, fqdn }: z.infer<typeof schema>): VpnIdentity | undefined {
  if (type === 'IP' && ipAddress !== undefined) return { type, ipAddress };
  if (type === 'UFQDN' && fqdn !== undefined) return { type, fqdn };
  return undefined;
}

/** Says whether two identities are one; ZIA lower-cases FQDNs (Zscaler, 'Ranges & Limitations'). */
export function isSameIdentity(one: VpnIdentity, other: VpnIdentity): boolean {
  return nameOf(one) === nameOf(other);
}

/** What stands for the identity in queries and sentences: the address, or the FQDN in lower case. */
export function nameOf(identity: VpnIdentity): string {
  switch (identity.type) {
    case 'IP':
      return identity.ipAddress;
    case 'UFQDN':
      return identity.fqdn.toLowerCase();
  }
}

/** The body that changes a credential's PSK and nothing else. */
export function withPsk({ fields }: VpnCredential, psk: string): Readonly<Record<string, unknown>> {
  return { ...fields, preSharedKey: psk };
}
