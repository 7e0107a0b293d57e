/** What did the app need to be allowed, and may it? Others have every right here. */
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import { actionsOf, type AskedRequest, type NeededAction } from './rbac-actions.js';
import { fromGateway, refusal, type Refusal, type WireRequest } from './wire.js';
import { clientId, type World } from './world.js';

/** The app's own token in the local region; who has another is a person. */
const appBearer = 'Bearer local';

/** Keeps what the app used, and refuses what its role lacks. */
export class AppAccess {
  readonly #used = new Map<string, string>();
  #allowed: readonly RegExp[] | undefined;

  constructor(
    private readonly world: World,
    /** Actions and data actions, with Azure's wildcards; everything without a list. */
    allowedActions: readonly string[] | undefined,
    /** By which a role that is given comes to apply. */
    private readonly time: { readonly clock: Clock; readonly draw: Draw },
  ) {
    this.#allowed = allowedActions?.map(patternOf);
  }

  /**
   * Gives the app another role. It applies once it has propagated; until then the app may what it might before, and is
   * refused the rest with 403.
   */
  readonly give = (actions: readonly string[]): void => {
    const { clock, draw } = this.time;
    void clock.pause(draw('role.propagation')).then(() => {
      this.#allowed = actions.map(patternOf);
    });
  };

  /** Names of the actions that the app needed, each once, in the order of the alphabet. */
  used(): readonly string[] {
    return [...this.#used.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, name]) => name);
  }

  /** Takes note of a request. Throws the refusal of one that the app may not send. */
  check(request: WireRequest): void {
    if (request.headers['authorization'] !== appBearer) return;
    const needed = actionsOf(request);
    for (const { action } of needed) {
      if (!this.#used.has(action.toLowerCase())) this.#used.set(action.toLowerCase(), action);
    }
    const missing = needed.find(({ action }) => !this.#allows(action));
    if (missing !== undefined) throw this.#refusalOf(missing, needed, request);
  }

  #allows(action: string): boolean {
    return this.#allowed?.some((pattern) => pattern.test(action)) ?? true;
  }

  /** ARM's texts as recorded; that of a linked scope and the vault's as quoted in public issues. */
  #refusalOf(missing: NeededAction, needed: readonly NeededAction[], request: AskedRequest): Refusal {
    const { action, scope, kind } = missing;
    const client = `The client '${clientId}' with object id '${clientId}'`;
    switch (kind) {
      case 'own':
        return fromGateway(
          refusal(
            403,
            'AuthorizationFailed',
            `${client} does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. ` +
              'If access was recently granted, please refresh your credentials.',
          ),
        );
      case 'linked':
        return fromGateway(
          refusal(
            403,
            'LinkedAuthorizationFailed',
            `${client} has permission to perform action '${needed[0]?.action ?? ''}' on scope '${request.path}'; however, ` +
              `it does not have permission to perform action(s) '${action}' on the linked scope(s) '${scope}' (respectively) ` +
              'or the linked scope(s) are invalid.',
          ),
        );
      case 'data':
        return this.#vaultRefusal(missing);
    }
  }

  #vaultRefusal({ action, scope }: NeededAction): Refusal {
    const { tenantId, subscriptionId, resourceGroups, vaultHost, region } = this.world;
    const group = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroups[0] ?? ''}`;
    const lines = [
      'Caller is not authorized to perform action on resource.',
      'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
      `Caller: appid=${clientId};oid=${clientId};iss=https://sts.windows.net/${tenantId}/`,
      `Action: '${action}'`,
      `Resource: '${group}/providers/microsoft.keyvault${scope}'`,
      'Assignment: (not found)',
      'DenyAssignmentId: null',
      "DecisionReason: 'DeniedWithNoValidRBAC' ",
      `Vault: ${vaultHost.split('.')[0] ?? ''};location=${region}`,
    ];
    return refusal(403, 'Forbidden', lines.map((line) => `${line}\r\n`).join(''), {
      innererror: { code: 'ForbiddenByRbac' },
    });
  }
}

/** A wildcard stands for anything, slashes too (documented); names compare without regard to case. */
function patternOf(allowed: string): RegExp {
  const literal = allowed.split('*').map((part) => part.replaceAll(/[.\\^$+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'i');
}
