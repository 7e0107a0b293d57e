/** How does a resource group go, with everything in it? One job, asked by its Location alone. */
import type { ResourceKind } from './arm-provider.js';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Governance } from './governance.js';
import type { Monitor } from './monitor.js';
import type { ResourceGroups } from './resource-groups.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import type { WireAnswer, WireRequest } from './wire.js';

/** What a deletion does things to. */
export interface DeletionGround {
  readonly groups: ResourceGroups;
  readonly resources: Resources;
  readonly kinds: readonly ResourceKind[];
  readonly draw: Draw;
  readonly clock: Clock;
  readonly region: string;
  /** Told of what is gone. */
  readonly monitor: Pick<Monitor, 'gone'>;
  readonly governance: Pick<Governance, 'gone'>;
}

const groupPath = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)$/i;
const jobPath = /^\/subscriptions\/[^/]+\/operationresults\/([A-Za-z0-9_-]+)$/i;

/** Seconds that every answer names until the group is gone (recorded). */
const retryAfter = { 'retry-after': '15' };

/** What refers to others goes before them. */
const order: readonly string[] = [
  resourceType.virtualMachine,
  resourceType.networkInterface,
  resourceType.loadBalancer,
  resourceType.publicIp,
];

/** Deletions of groups. */
export class GroupDeletion {
  /** Whether each job is over. */
  readonly #jobs = new Map<string, boolean>();

  constructor(private readonly ground: DeletionGround) {}

  /** Answers a deletion, or who asks how one goes; `undefined` for the rest. Throws a refusal. */
  answer(request: WireRequest): WireAnswer | undefined {
    const [, job] = jobPath.exec(request.path) ?? [];
    const isOver = job === undefined ? undefined : this.#jobs.get(job);
    if (isOver !== undefined) return isOver ? { status: 200 } : { status: 202, headers: retryAfter };
    const [, subscriptionId, name] = groupPath.exec(request.path) ?? [];
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
    this.#jobs.set(job, false);
    this.ground.groups.begin(name);
    void this.#delete(subscriptionId, name).then(() => this.#jobs.set(job, true));
    const location = `https://management.azure.com/subscriptions/${subscriptionId}/operationresults/${job}?api-version=${apiVersion}`;
    return { status: 202, headers: { location, ...retryAfter } };
  }

  async #delete(subscriptionId: string, name: string): Promise<void> {
    const { resources, kinds, groups, clock, draw, monitor, governance } = this.ground;
    await clock.pause(draw('resource-group.delete'));
    const start = `/subscriptions/${subscriptionId}/resourceGroups/${name}/providers/`.toLowerCase();
    const rank = ({ type }: Resource) => (order.includes(type) ? order.indexOf(type) : order.length);
    const mine = resources
      .all()
      .filter(({ id }) => id.toLowerCase().startsWith(start))
      .sort((one, other) => rank(one) - rank(other));
    for (const resource of mine) {
      resources.remove(resource.id);
      kinds.find(({ type }) => type === resource.type)?.removed?.(resource);
      monitor.gone(resource);
    }
    governance.gone(start.replace(/\/providers\/$/, ''));
    groups.end(name);
  }
}
