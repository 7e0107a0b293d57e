/** What did a gateway say about itself? Its output is untrusted text until this has read it. */
import { z } from 'zod';
import type { GatewayDiagnosis } from './gateway-diagnosis.js';
import { lastLine } from './last-line.js';

const tunnel = z.object({
  state: z.enum(['up', 'down']),
  request: z.boolean(),
  because: z
    .enum([
      'credential-refused',
      'edge-silent',
      'ike-proposal-refused',
      'esp-proposal-refused',
      'selectors-refused',
      'psk-unusable',
      'unknown',
    ])
    .optional(),
});

const diagnosis = z.object({
  changedFiles: z.array(z.string().max(100)).max(50),
  services: z.object({ ipsec: z.boolean(), forwarding: z.boolean(), agent: z.boolean() }),
  tunnels: z.object({ primary: tunnel.optional(), secondary: tunnel.optional() }),
  probe: z.number().int().min(0).max(999),
  connections: z.number().int().min(0).max(100_000_000),
});

/** Reads the last line `TUNNELKEEPER DIAGNOSIS {json}` of an output; `undefined` when there is none that is sound. */
export function parseDiagnosis(output: string): GatewayDiagnosis | undefined {
  const parsed = diagnosis.safeParse(lastLine(output, 'DIAGNOSIS'));
  return parsed.success ? (parsed.data as GatewayDiagnosis) : undefined; // checked by the schema, absent fields stay absent
}
