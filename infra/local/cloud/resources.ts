/** Which resources are there? The one store of all services. */
import { idKey } from './arm-id.js';
import type { Json } from './json.js';
import type { Operation } from './operations.js';
import { guid, type Random } from './random.js';

/** What a resource says of itself. */
export type ProvisioningState = 'Succeeded' | 'Updating' | 'Creating' | 'Deleting' | 'Failed';

/** A resource as it stands. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** Such as `Microsoft.Network/publicIPAddresses`. */
  readonly type: string;
  readonly resourceGroup: string;
  /** Location, tags, sku, zones and properties; `provisioningState` is added from `state`. */
  body: Json;
  state: ProvisioningState;
  /** Which of all that were made, from 1: where a list of them goes on. */
  readonly number: number;
  /** Grows with each write. */
  version: number;
  etag: string;
  /** The write or deletion in flight. */
  operation?: Operation | undefined;
}

/** Resources by id, without regard to case. */
export class Resources {
  readonly #byKey = new Map<string, Resource>();
  /** The same by type in lower case: probes ask for all of a type thousands of times a minute. */
  readonly #byType = new Map<string, Map<string, Resource>>();
  /** What lists don't show yet. */
  readonly #unlisted = new Set<Resource>();
  /** What lists still show although it is gone. */
  readonly #lingering = new Set<Resource>();
  #made = 0;

  /** @param lag ends when lists have learnt of what has just been made or removed; they learn at once without it */
  constructor(
    private readonly random: Random,
    private readonly lag?: () => Promise<void>,
  ) {}

  get(id: string): Resource | undefined {
    return this.#byKey.get(idKey(id));
  }

  /** All of a type, in the order of their creation. */
  ofType(type: string, resourceGroup?: string): readonly Resource[] {
    const all = [...(this.#byType.get(type.toLowerCase())?.values() ?? [])];
    return all.filter((found) => isIn(found, resourceGroup));
  }

  /**
   * All of a type as a list shows them: one that was made a moment ago may be missing, one that is gone may still be
   * there. A read of a single resource is always true.
   */
  listed(type: string, resourceGroup?: string): readonly Resource[] {
    const known = this.ofType(type, resourceGroup).filter((found) => !this.#unlisted.has(found));
    // What was made again under its name is listed once.
    const isKnown = ({ id }: Resource) => known.some((found) => idKey(found.id) === idKey(id));
    const lingering = [...this.#lingering].filter(
      (gone) => gone.type.toLowerCase() === type.toLowerCase() && isIn(gone, resourceGroup) && !isKnown(gone),
    );
    return [...known, ...lingering].sort((one, other) => one.number - other.number);
  }

  /** Says whether a resource that is gone is still listed. */
  lingers(id: string): boolean {
    return [...this.#lingering].some((gone) => idKey(gone.id) === idKey(id));
  }

  all(): readonly Resource[] {
    return [...this.#byKey.values()];
  }

  /** Adds a resource, or gives an existing one a new body and ETag. */
  put(about: Pick<Resource, 'id' | 'name' | 'type' | 'resourceGroup'>, body: Json): Resource {
    const existing = this.get(about.id);
    if (existing !== undefined) {
      existing.body = body;
      this.touch(existing);
      return existing;
    }
    const made = this.furnish(about, body);
    this.#learnLate(this.#unlisted, made);
    return made;
  }

  /** Adds a resource that has been there for long: lists know of it. */
  furnish(about: Pick<Resource, 'id' | 'name' | 'type' | 'resourceGroup'>, body: Json): Resource {
    this.#made += 1;
    const made: Resource = {
      ...about,
      body,
      state: 'Succeeded',
      number: this.#made,
      version: 1,
      etag: this.#etag(),
    };
    this.#byKey.set(idKey(about.id), made);
    const ofType = this.#byType.get(about.type.toLowerCase()) ?? new Map<string, Resource>();
    this.#byType.set(about.type.toLowerCase(), ofType.set(idKey(about.id), made));
    return made;
  }

  /** Marks a change that is none of its writer's, such as an address that has been given. */
  touch(resource: Resource): void {
    resource.version += 1;
    resource.etag = this.#etag();
  }

  remove(id: string): void {
    const gone = this.get(id);
    if (gone === undefined) return;
    this.#byKey.delete(idKey(id));
    this.#byType.get(gone.type.toLowerCase())?.delete(idKey(id));
    // What is made and gone before a list has learnt of it was never in one.
    if (!this.#unlisted.delete(gone)) this.#learnLate(this.#lingering, gone);
  }

  #learnLate(lately: Set<Resource>, resource: Resource): void {
    if (this.lag === undefined) return;
    lately.add(resource);
    void this.lag().then(() => lately.delete(resource));
  }

  #etag(): string {
    return `W/"${guid(this.random)}"`;
  }
}

function isIn({ resourceGroup }: Resource, wanted: string | undefined): boolean {
  return wanted === undefined || resourceGroup.toLowerCase() === wanted.toLowerCase();
}
