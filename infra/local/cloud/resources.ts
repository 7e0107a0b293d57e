/** Which resources are there? The one store of all services. */
import { idKey } from './arm-id.js';
import type { Json } from './json.js';
import type { Operation } from './operations.js';
import { guid, type Random } from './random.js';

/** A resource as it stands. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** Such as `Microsoft.Network/publicIPAddresses`. */
  readonly type: string;
  readonly resourceGroup: string;
  /** Location, tags, sku, zones and properties; `provisioningState` is added from `state`. */
  body: Json;
  state: 'Succeeded' | 'Updating' | 'Creating' | 'Deleting' | 'Failed';
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
  #made = 0;

  constructor(private readonly random: Random) {}

  get(id: string): Resource | undefined {
    return this.#byKey.get(idKey(id));
  }

  /** All of a type, in the order of their creation. */
  ofType(type: string, resourceGroup?: string): readonly Resource[] {
    const all = [...(this.#byType.get(type.toLowerCase())?.values() ?? [])];
    if (resourceGroup === undefined) return all;
    return all.filter((found) => found.resourceGroup.toLowerCase() === resourceGroup.toLowerCase());
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
    this.#byKey.delete(idKey(id));
    if (gone !== undefined) this.#byType.get(gone.type.toLowerCase())?.delete(idKey(id));
  }

  #etag(): string {
    return `W/"${guid(this.random)}"`;
  }
}
