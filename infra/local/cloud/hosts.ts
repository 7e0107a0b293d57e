/** Which service answers for which host? */
import type { AppAccess } from './app-access.js';
import { answerArm, type ArmServices } from './arm.js';
import { checkIdentity } from './identity-access.js';
import type { ManagedIdentities } from './managed-identities.js';
import type { EventGrid } from './event-grid.js';
import type { KeyVault } from './key-vault.js';
import { refusal, type WireAnswer, type WireRequest } from './wire.js';
import type { World } from './world.js';

/** Answers for each host that the clients believe to reach. Throws a refusal. */
export function answerHost(
  request: WireRequest,
  all: {
    readonly world: World;
    readonly vault: KeyVault;
    readonly events: EventGrid;
    readonly services: ArmServices;
    readonly access: AppAccess;
    readonly identities: ManagedIdentities;
  },
): WireAnswer {
  const { world, vault, events, services, access } = all;
  checkIdentity(request, all.identities, world);
  access.check(request);
  if (request.host === world.vaultHost) return vault.answer(request);
  if (request.host === services.monitor.batchHost) return services.monitor.answerBatch(request);
  if (request.host === services.monitor.ingestionHost) return services.monitor.answerIngestion(request);
  if (request.host === 'management.azure.com')
    return events.during(request, () => answerArm(services, request));
  throw refusal(404, 'NotFound', `Nothing here answers for ${request.host}.`);
}
