/** Which service answers for which host? */
import type { AppAccess } from './app-access.js';
import { answerArm, type ArmServices } from './arm.js';
import { checkIdentity } from './identity-access.js';
import type { MachineHosts } from './machine-host.js';
import type { EventGrid } from './event-grid.js';
import type { EventWebHooks } from './event-web-hooks.js';
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
    readonly hooks: EventWebHooks;
    readonly services: ArmServices;
    readonly access: AppAccess;
    readonly hosts: MachineHosts;
  },
): WireAnswer {
  const { world, vault, events, hooks, services, access } = all;
  if (request.host === hooks.validationHost) return answerValidation(hooks, request);
  checkIdentity(request, all.hosts.identities, world);
  access.check(request);
  if (request.host === world.vaultHost) return vault.answer(request);
  if (request.host === services.monitor.batchHost) return services.monitor.answerBatch(request);
  if (request.host === services.monitor.ingestionHost) return services.monitor.answerIngestion(request);
  if (request.host === 'management.azure.com')
    return events.during(request, () => answerArm(services, request));
  throw refusal(404, 'NotFound', `Nothing here answers for ${request.host}.`);
}

/** Whoever has the address has been sent it; nothing else is asked of them. */
function answerValidation(hooks: EventWebHooks, { method, path, query }: WireRequest): WireAnswer {
  if (method === 'GET' && hooks.validate(path, query)) return { status: 200 };
  throw refusal(400, 'BadRequest', 'The validation is not awaited, or no longer.'); // text inferred
}
