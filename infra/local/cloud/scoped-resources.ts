/** Which resources stand at a scope instead of in a group? Policies, exemptions and locks, by the id of what they govern. */
import { idKey, lastName } from './arm-id.js';
import type { Json } from './json.js';

/** Types that are served, of `Microsoft.Authorization`. */
export const scopedTypes = [
  'policyDefinitions',
  'policySetDefinitions',
  'policyAssignments',
  'policyExemptions',
  'locks',
] as const;

/** One of them. */
export type ScopedType = (typeof scopedTypes)[number];

/** A resource at a scope. */
export interface ScopedResource {
  readonly id: string;
  readonly name: string;
  readonly type: ScopedType;
  /** Id of the subscription, the group or the resource that it stands at. */
  readonly scope: string;
  readonly properties: Json;
}

/** All of them, in the order in which they were made. */
export class ScopedResources {
  readonly #byKey = new Map<string, ScopedResource>();

  get(id: string): ScopedResource | undefined {
    return this.#byKey.get(idKey(id));
  }

  put(scope: string, type: ScopedType, name: string, properties: Json): ScopedResource {
    const id = idOf(scope, type, name);
    const made = { id, name: lastName(id), type, scope, properties };
    this.#byKey.set(idKey(id), made);
    return made;
  }

  remove(id: string): void {
    this.#byKey.delete(idKey(id));
  }

  /** Those of a type, that stand at a scope or above it. */
  over(type: ScopedType, scope: string): readonly ScopedResource[] {
    return this.ofType(type).filter((one) => isWithin(scope, one.scope));
  }

  /** Those of a type, that stand at a scope or below it. */
  under(type: ScopedType, scope: string): readonly ScopedResource[] {
    return this.ofType(type).filter((one) => isWithin(one.scope, scope));
  }

  ofType(type: ScopedType): readonly ScopedResource[] {
    return [...this.#byKey.values()].filter((one) => one.type === type);
  }
}

/** Id of a resource at a scope. */
export function idOf(scope: string, type: ScopedType, name: string): string {
  return `${scope}/providers/Microsoft.Authorization/${type}/${name}`;
}

/** Says whether an id is a scope, or lies in it. */
export function isWithin(id: string, scope: string): boolean {
  return idKey(id) === idKey(scope) || idKey(id).startsWith(`${idKey(scope)}/`);
}
