/** Which events does Azure tell of what happens to resources, and how do they arrive? At least once, late, unordered. */
import { parseResourcePath } from './arm-id.js';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Faults } from './faults.js';
import type { Json } from './json.js';
import type { Operation } from './operations.js';
import { guid, type Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { WireAnswer, WireRequest } from './wire.js';
import { Refusal } from './wire.js';
import type { World } from './world.js';

/** What events stand on. */
export interface EventGround {
  readonly world: World;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly random: Random;
  /** Gets each event, in Event Grid's own schema. */
  readonly onEvent: (event: Json) => void;
}

/** Shares of events that come twice and that come late, and how late at most (estimates). */
const doubledShare = 0.05;
const lateShare = 0.05;
const lateSeconds = 120;

/** Who did something; the platform itself has no claims. */
interface Doer {
  readonly claims: Json;
  /** `Microsoft.Compute/virtualMachines/start/action`, where the request itself says so. */
  readonly action: string | undefined;
  readonly method: string;
  hasBegun: boolean;
}

/** The region's system topics. */
export class EventGrid {
  /** Whose request is being answered now. */
  #doer: Doer | undefined;
  readonly #doers = new Map<string, Doer>();
  readonly #states = new Map<string, 'Available' | 'Unavailable'>();

  constructor(private readonly ground: EventGround) {}

  /** Answers a request to ARM, and tells of it unless an operation that it began will. */
  during(request: WireRequest, answer: () => WireAnswer): WireAnswer {
    const doer = doerOf(request, this.ground.world);
    this.#doer = doer;
    try {
      const answered = answer();
      if (!doer.hasBegun) this.#direct(request, doer, answered.status);
      return answered;
    } catch (error) {
      if (error instanceof Refusal) this.#direct(request, doer, error.answer.status);
      throw error;
    } finally {
      this.#doer = undefined;
    }
  }

  /** A long-running operation has begun; whoever is being answered has begun it. */
  begun({ id }: Operation): void {
    if (this.#doer === undefined) return;
    this.#doer.hasBegun = true;
    this.#doers.set(id, this.#doer);
  }

  /** A long-running operation is over. */
  ended({ id, resourceId, type, verb, action, error }: Operation): void {
    const doer = this.#doers.get(id);
    this.#doers.delete(id);
    this.#resource(
      resourceId,
      doer?.action ?? operationName(type, action ?? verb),
      doer?.claims ?? {},
      error === undefined,
    );
  }

  /** A machine has become available or isn't any longer. */
  availability(machineId: string, state: 'Available' | 'Unavailable'): void {
    const before = this.#states.get(machineId.toLowerCase());
    if (before === state) return;
    this.#states.set(machineId.toLowerCase(), state);
    const now = new Date().toISOString();
    const statuses = 'Microsoft.ResourceHealth/AvailabilityStatuses';
    this.#send({
      topic: `/subscriptions/${this.ground.world.subscriptionId}`,
      subject: machineId,
      eventType: 'Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged',
      dataVersion: '1',
      data: {
        resourceInfo: {
          id: `${machineId}/providers/${statuses}/current`,
          name: 'current',
          type: statuses,
          properties: {
            targetResourceId: machineId,
            targetResourceType: resourceType.virtualMachine,
            occurredTime: now,
            previousAvailabilityState: before ?? 'Unknown',
            availabilityState: state,
          },
        },
        operationalInfo: { resourceEventTime: now },
        apiVersion: '2023-12-01',
      },
    });
  }

  /** A secret has a new version. */
  secretVersion(name: string, version: string): void {
    const { subscriptionId, resourceGroups, vaultHost } = this.ground.world;
    const vaultName = vaultHost.split('.')[0] ?? vaultHost;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroups[0] ?? ''}`;
    this.#send({
      topic: `${group}/providers/Microsoft.KeyVault/vaults/${vaultName}`,
      subject: name,
      eventType: 'Microsoft.KeyVault.SecretNewVersionCreated',
      dataVersion: '1',
      data: {
        Id: `https://${vaultHost}/secrets/${name}/${version}`,
        VaultName: vaultName,
        ObjectType: 'Secret',
        ObjectName: name,
        Version: version,
        NBF: null,
        EXP: null,
      },
    });
  }

  /** What was done at once, or refused; a deletion of what isn't there changes nothing and is not told (inferred). */
  #direct({ path, method }: WireRequest, doer: Doer, status: number): void {
    if (method === 'GET' || status === 204 || status === 401 || status === 429 || status >= 500) return;
    const parsed = parseResourcePath(path);
    // A question to a provider, such as what policies would say, is about no resource.
    if (parsed === undefined || parsed.names.length === 0) return;
    const resourceId = method === 'POST' ? path.replace(/\/[^/]+$/, '') : path;
    const name = doer.action ?? operationName(parsed.type, method === 'DELETE' ? 'delete' : 'write');
    this.#resource(resourceId, name, doer.claims, status < 300);
  }

  #resource(resourceId: string, name: string, claims: Json, isDone: boolean): void {
    const { subscriptionId, tenantId } = this.ground.world;
    const { resourceGroup = '', type = '' } = parseResourcePath(resourceId) ?? {};
    const kind = /\/(write|delete)$/.exec(name)?.[1] ?? 'action';
    const word = { write: 'Write', delete: 'Delete', action: 'Action' }[kind] ?? 'Action';
    this.#send({
      topic: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
      subject: resourceId,
      eventType: `Microsoft.Resources.Resource${word}${isDone ? 'Success' : 'Failure'}`,
      dataVersion: '2',
      data: {
        authorization: { scope: resourceId, action: name, evidence: { role: 'Subscription Admin' } },
        claims,
        correlationId: guid(this.ground.random),
        resourceProvider: type.split('/')[0] ?? '',
        resourceUri: resourceId,
        operationName: name,
        status: isDone ? 'Succeeded' : 'Failed',
        subscriptionId,
        tenantId,
      },
    });
  }

  #send(about: Json): void {
    const { random } = this.ground;
    const event = {
      id: guid(random),
      ...about,
      eventTime: new Date().toISOString(),
      metadataVersion: '1',
    };
    const times = random() < doubledShare ? 2 : 1;
    for (let time = 0; time < times; time++) void this.#deliver(event);
  }

  async #deliver(event: Json): Promise<void> {
    const { draw, clock, random, faults, onEvent } = this.ground;
    const late = random() < lateShare ? random() * lateSeconds : 0;
    await clock.pause(draw('eventGrid.delivery') + late);
    if (!faults.loses('events')) onEvent(event);
  }
}

/** `Microsoft.Compute/virtualMachines/write` for a creation and an update. */
function operationName(type: string, verb: string): string {
  if (verb === 'create' || verb === 'update' || verb === 'write') return `${type}/write`;
  return verb === 'delete' ? `${type}/delete` : `${type}/${verb}/action`;
}

/** The app is known by its client id; whoever has another token is a person, with a name and without one. */
function doerOf({ headers, method, path }: WireRequest, world: World): Doer {
  const isApp = headers['authorization'] === 'Bearer local';
  const type = method === 'POST' ? parseResourcePath(path)?.type : undefined;
  const issuer = { aud: 'https://management.azure.com/', iss: `https://sts.windows.net/${world.tenantId}/` };
  return {
    claims: isApp
      ? { ...issuer, appid: world.appClientId }
      : { ...issuer, name: 'Operator', ipaddr: '203.0.113.9' },
    action: type === undefined ? undefined : `${type}/action`,
    method,
    hasBegun: false,
  };
}
