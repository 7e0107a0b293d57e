/** How does a resource group go, with everything in it? One job, asked by its Location alone. */
import { parseGroupPath } from './arm-id.js';
import type { ResourceKind } from './arm-provider.js';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Governance } from './governance.js';
import type { Monitor } from './monitor.js';
import { guid, type Random } from './random.js';
import type { ResourceGroups } from './resource-groups.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What a deletion does things to. */
export interface DeletionGround {
  readonly groups: ResourceGroups;
  readonly resources: Resources;
  readonly kinds: readonly ResourceKind[];
  readonly draw: Draw;
  readonly random: Random;
  readonly clock: Clock;
  readonly region: string;
  /** Told of what is gone. */
  readonly monitor: Pick<Monitor, 'gone'>;
  readonly governance: Pick<Governance, 'gone'>;
}

const jobPath = /^\/subscriptions\/[^/]+\/operationresults\/([A-Za-z0-9_-]+)$/i;

/** Seconds that every answer names until the group is gone (recorded). */
const retryAfter = { 'retry-after': '15' };

/** Seconds until a resource that is being changed is tried again; an estimate. */
const againSeconds = 5;

/** What refers to others goes before them. */
const order: readonly string[] = [
  resourceType.virtualMachine,
  resourceType.networkInterface,
  resourceType.loadBalancer,
  resourceType.publicIp,
  resourceType.virtualNetwork,
];

/** A resource that stays, and why. */
interface Blocked {
  readonly resource: Resource;
  readonly refusal: Refusal;
}

/** Deletions of groups. */
export class GroupDeletion {
  /** What each job answers. */
  readonly #jobs = new Map<string, WireAnswer>();

  constructor(private readonly ground: DeletionGround) {}

  /** Answers a deletion, or who asks how one goes; `undefined` for the rest. Throws a refusal. */
  answer(request: WireRequest): WireAnswer | undefined {
    const [, job] = jobPath.exec(request.path) ?? [];
    const told = job === undefined ? undefined : this.#jobs.get(job);
    if (told !== undefined) return told;
    const { subscriptionId, name } = parseGroupPath(request.path) ?? {};
    if (request.method !== 'DELETE' || subscriptionId === undefined || name === undefined) return undefined;
    return this.#begin(subscriptionId, name, request.query.get('api-version') ?? '');
  }

  /** 404 for a group that isn't there, not 204; a second deletion is refused as every other change (recorded). */
  #begin(subscriptionId: string, name: string, apiVersion: string): WireAnswer {
    this.ground.groups.checkIsThere(name);
    this.ground.groups.checkStays(name);
    const region = this.ground.region;
    const about = {
      jobId: `RESOURCEGROUPDELETIONJOB-${name.toUpperCase()}-${region.toUpperCase()}`,
      jobLocation: region,
    };
    const job = Buffer.from(JSON.stringify(about)).toString('base64url');
    this.#jobs.set(job, { status: 202, headers: retryAfter });
    this.ground.groups.begin(name);
    void this.#delete(subscriptionId, name).then((blocked) => {
      this.#jobs.set(job, blocked.length === 0 ? { status: 200 } : this.#blockedBy(name, blocked));
    });
    const location = `https://management.azure.com/subscriptions/${subscriptionId}/operationresults/${job}?api-version=${apiVersion}`;
    return { status: 202, headers: { location, ...retryAfter } };
  }

  /**
   * Deletes what is in the group, and then the group unless something stays that others use.
   *
   * @returns what stays
   */
  async #delete(subscriptionId: string, name: string): Promise<readonly Blocked[]> {
    const { groups, clock, draw, governance } = this.ground;
    await clock.pause(draw('resource-group.delete'));
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${name}`.toLowerCase();
    while (this.#isChanging(group)) await clock.pause(againSeconds);
    const blocked = this.#in(group).flatMap((resource) => this.#remove(resource));
    if (blocked.length > 0) {
      groups.rollBack(name);
      return blocked;
    }
    governance.gone(group);
    groups.end(name);
    return [];
  }

  /** Whether anything in the group is being changed by what a deletion doesn't end. */
  #isChanging(group: string): boolean {
    return this.#in(group).some(
      ({ operation, type }) => operation !== undefined && this.#kindOf(type)?.deletionEndsWrite !== true,
    );
  }

  /** What is in a group, in the order in which it goes. */
  #in(group: string): readonly Resource[] {
    const rank = ({ type }: Resource) => (order.includes(type) ? order.indexOf(type) : order.length);
    return this.ground.resources
      .all()
      .filter(({ id }) => id.toLowerCase().startsWith(`${group}/providers/`))
      .sort((one, other) => rank(one) - rank(other));
  }

  #kindOf(type: string): ResourceKind | undefined {
    return this.ground.kinds.find((kind) => kind.type === type);
  }

  /** Deletes one, unless its provider refuses that; what went with another is gone already. */
  #remove(resource: Resource): readonly Blocked[] {
    const { resources, monitor } = this.ground;
    if (resources.get(resource.id) !== resource) return [];
    const kind = this.#kindOf(resource.type);
    try {
      kind?.checkDeletion?.(resource);
    } catch (error) {
      if (error instanceof Refusal) return [{ resource, refusal: error }];
      throw error;
    }
    resources.remove(resource.id);
    kind?.removed?.(resource);
    monitor.gone(resource);
    return [];
  }

  /** As recorded, in capitals, each detail's message a text of JSON; what follows `rolled back.` was cut, and is inferred. */
  #blockedBy(name: string, blocked: readonly Blocked[]): WireAnswer {
    const identifiers = blocked.map(({ resource }) => `${resource.type}/${resource.name}`).join(', ');
    const Message =
      `Deletion of resource group '${name}' failed as resources with identifiers '${identifiers}' could not be deleted. ` +
      'The provisioning state of the resource group will be rolled back. ' +
      `The tracking Id is '${guid(this.ground.random)}'. Please check audit logs for more details.`;
    const Details = blocked.map(({ resource, refusal }) => ({
      Code: null,
      Target: resource.id,
      Message: JSON.stringify(refusal.answer.body),
      Details: null,
    }));
    return {
      status: 409,
      body: { Error: { Code: 'ResourceGroupDeletionBlocked', Target: null, Message, Details } },
    };
  }
}
