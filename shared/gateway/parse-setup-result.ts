/** What did the setup script report? Its output is untrusted text until this has read it. */
import { z } from 'zod';
import { lastLine } from './last-line.js';
import { setupWarnings, type SetupResult } from './setup-result.js';

const tunnel = z.object({
  state: z.enum(['up', 'down']),
  seconds: z.number().min(0).max(3600),
  isNew: z.boolean().optional(),
});

const setupResult = z.object({
  ok: z.boolean(),
  config: z.string().max(64),
  changed: z.array(z.string().max(100)).max(50),
  tunnels: z.object({ primary: tunnel.optional(), secondary: tunnel.optional() }),
  probe: z.number().int().min(0).max(999),
  reason: z
    .enum([
      'packages-not-installed',
      'package-lock-held',
      'psk-unusable',
      'configuration-refused',
      'credential-refused',
      'ike-proposal-refused',
      'esp-proposal-refused',
      'selectors-refused',
      'edge-silent',
      'proxy-silent',
      'unexpected',
    ])
    .optional(),
  mend: z.string().max(300).optional(),
  // One that isn't known says nothing against the rest.
  warning: z.enum(setupWarnings).optional().catch(undefined),
});

/** Reads the last line `TUNNELKEEPER RESULT {json}` of an output; `undefined` when there is none that is sound. */
export function parseSetupResult(output: string): SetupResult | undefined {
  const parsed = setupResult.safeParse(lastLine(output, 'RESULT'));
  return parsed.success ? (parsed.data as SetupResult) : undefined; // checked by the schema, absent fields stay absent
}
