/** What do events of Event Grid say, and about which resource or secret? */
import { z } from 'zod';
import { readTarget, type SignalTarget } from './signal-target.js';

/** What one event means to us. */
export type ResourceEvent =
  | { readonly kind: 'resource'; readonly id: string; readonly target: SignalTarget }
  | { readonly kind: 'secret'; readonly id: string; readonly vault: string; readonly secret: string }
  | {
      readonly kind: 'ignored';
      readonly id: string;
      readonly because: 'own-write' | 'other-type' | 'not-ours' | 'first-boot';
    }
  | { readonly kind: 'unreadable'; readonly id: string };

/** Event Grid delivers one event a message to a queue; a batch is read as far as this. */
const maxEvents = 1000;

/** Longest part of an id that a log shows. */
const idCharacters = 100;

/** Events about a resource itself (Microsoft Learn, 'Azure subscription as an Event Grid source'). */
const resourceTypes = [
  'microsoft.resources.resourcewritesuccess',
  'microsoft.resources.resourcedeletesuccess',
  'microsoft.resources.resourceactionsuccess',
];

/** Events about its health (Microsoft Learn, 'Azure Resource Notifications - Health Resources events'). */
const healthPrefix = 'microsoft.resourcenotifications.healthresources.';

/** A newer version of a secret (Microsoft Learn, 'Azure Key Vault as Event Grid source'). */
const newVersionType = 'microsoft.keyvault.secretnewversioncreated';

const schema = z.object({
  id: z.string().min(1),
  eventType: z.string(),
  subject: z.string(),
  data: z.object({
    claims: z.object({ appid: z.string().optional() }).nullish().catch(undefined),
    resourceInfo: z
      .object({
        properties: z.object({
          targetResourceId: z.string(),
          previousAvailabilityState: z.string().optional().catch(undefined),
          availabilityState: z.string().optional().catch(undefined),
        }),
      })
      .nullish()
      .catch(undefined),
    ObjectName: z.string().optional(),
    VaultName: z.string().optional(),
  }),
});

/**
 * Reads a queue's message: an event or a list of them, as object or as JSON text. Total: what can't be read says so.
 *
 * @param clientId client id of the app's own identity, whose writes need no look
 */
export function readResourceEvents(message: unknown, clientId: string | undefined): readonly ResourceEvent[] {
  const read = typeof message === 'string' ? parseJson(message) : message;
  const events: readonly unknown[] = Array.isArray(read) ? read.slice(0, maxEvents) : [read];
  return events.map((event) => readOne(event, clientId));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readOne(event: unknown, clientId: string | undefined): ResourceEvent {
  const parsed = schema.safeParse(event);
  if (!parsed.success) return { kind: 'unreadable', id: idOf(event) };
  const { data, subject } = parsed.data;
  const id = parsed.data.id.slice(0, idCharacters);
  const type = parsed.data.eventType.toLowerCase();
  if (type === newVersionType) {
    return {
      kind: 'secret',
      id,
      vault: (data.VaultName ?? '').toLowerCase(),
      secret: (data.ObjectName ?? subject).toLowerCase(),
    };
  }
  if (resourceTypes.includes(type)) {
    const isOwn = clientId !== undefined && data.claims?.appid?.toLowerCase() === clientId.toLowerCase();
    return isOwn ? { kind: 'ignored', id, because: 'own-write' } : aboutResource(id, subject);
  }
  if (!type.startsWith(healthPrefix)) return { kind: 'ignored', id, because: 'other-type' };
  const { previousAvailabilityState, availabilityState, targetResourceId } =
    data.resourceInfo?.properties ?? {};
  // A new machine, which its site's run waits for anyway: looks would double what a build reads.
  if (previousAvailabilityState === 'Unknown' && availabilityState === 'Available') {
    return { kind: 'ignored', id, because: 'first-boot' };
  }
  return aboutResource(id, targetResourceId ?? subject);
}

function aboutResource(id: string, armId: string): ResourceEvent {
  const target = readTarget(armId);
  return target === undefined
    ? { kind: 'ignored', id, because: 'not-ours' }
    : { kind: 'resource', id, target };
}

/** The id of something that is no event, as far as it has one; nothing else of it may be shown. */
function idOf(event: unknown): string {
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined;
  return typeof id === 'string' ? id.replace(/[^\x20-\x7e]/g, '?').slice(0, idCharacters) : 'without an id';
}
