/** Which resource groups are there, and how do they answer? Made and changed at once; only their tags matter to others. */
import { parseGroupPath } from './arm-id.js';
import { groupNotFound } from './arm-refusals.js';
import { asRecord, asText, type Json } from './json.js';
import { fromGateway, methodNotAllowed, refusal, type WireAnswer, type WireRequest } from './wire.js';

/** A resource group. */
interface Group {
  readonly name: string;
  readonly location: string;
  readonly tags: Json | undefined;
  readonly isGoing?: boolean;
}

/** The groups of the subscription. How one goes is group-deletion.ts. */
export class ResourceGroups {
  readonly #byKey = new Map<string, Group>();

  constructor(names: readonly string[], location: string) {
    for (const name of names) this.#byKey.set(name.toLowerCase(), { name, location, tags: undefined });
  }

  /** Their names, as they were given. */
  names(): readonly string[] {
    return [...this.#byKey.values()].map(({ name }) => name);
  }

  /** Throws the refusal of what asks for a group that isn't there. */
  checkIsThere(name: string): void {
    if (!this.#byKey.has(name.toLowerCase())) throw groupNotFound(name);
  }

  /** Throws the refusal of what changes anything in a group that goes. */
  checkStays(name: string): void {
    if (this.#byKey.get(name.toLowerCase())?.isGoing !== true) return;
    throw fromGateway(
      refusal(
        409,
        'ResourceGroupBeingDeleted',
        `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
      ),
    );
  }

  /** The group begins to go. */
  begin(name: string): void {
    const group = this.#byKey.get(name.toLowerCase());
    if (group !== undefined) this.#byKey.set(name.toLowerCase(), { ...group, isGoing: true });
  }

  /** The group could not go: it is again what it was (recorded: `rolled back`). */
  rollBack(name: string): void {
    const group = this.#byKey.get(name.toLowerCase());
    if (group !== undefined) this.#byKey.set(name.toLowerCase(), { ...group, isGoing: false });
  }

  /** The group is gone. */
  end(name: string): void {
    this.#byKey.delete(name.toLowerCase());
  }

  /** Name, location and tags, as policies ask for them; empty when there is none of this name. */
  content(name: string): Json {
    const { tags = {}, location } = this.#byKey.get(name.toLowerCase()) ?? {};
    return { name, location, tags };
  }

  /** Answers for groups; `undefined` when the path is another. Throws a refusal. */
  answer(request: WireRequest): WireAnswer | undefined {
    const { method, body } = request;
    const asked = parseGroupPath(request.path);
    if (asked === undefined) return undefined;
    const { subscriptionId, name } = asked;
    if (name === undefined) {
      if (method !== 'GET') throw methodNotAllowed(request);
      return {
        status: 200,
        body: { value: [...this.#byKey.values()].map((one) => view(subscriptionId, one)) },
      };
    }
    const existing = this.#byKey.get(name.toLowerCase());
    if (method === 'PUT' || method === 'PATCH') this.checkStays(name);
    switch (method) {
      case 'HEAD':
        return { status: existing === undefined ? 404 : 204 };
      case 'GET':
        if (existing === undefined) throw groupNotFound(name);
        return { status: 200, body: view(subscriptionId, existing) };
      case 'PUT':
        return this.#put(subscriptionId, name, existing, body ?? {});
      case 'PATCH': {
        if (existing === undefined) throw groupNotFound(name);
        const { tags } = body ?? {};
        const changed = tags === undefined ? existing : { ...existing, tags: asRecord(tags) };
        this.#byKey.set(name.toLowerCase(), changed);
        return { status: 200, body: view(subscriptionId, changed) };
      }
      default:
        throw methodNotAllowed(request);
    }
  }

  /** 201 when made, 200 when changed; `Succeeded` at once, without an operation (recorded). */
  #put(subscriptionId: string, name: string, existing: Group | undefined, body: Json): WireAnswer {
    const location = asText(body['location']);
    if (location === '') {
      throw refusal(400, 'LocationRequired', 'The location property is required for this definition.');
    }
    if (existing !== undefined && existing.location !== location) {
      throw refusal(
        409,
        'InvalidResourceGroupLocation',
        `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location}'.`,
      );
    }
    const tags = body['tags'] === undefined ? undefined : asRecord(body['tags']);
    const written = { name: existing?.name ?? name, location, tags };
    this.#byKey.set(name.toLowerCase(), written);
    return { status: existing === undefined ? 201 : 200, body: view(subscriptionId, written) };
  }
}

function view(subscriptionId: string, { name, location, tags, isGoing = false }: Group): Json {
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location,
    ...(tags === undefined ? {} : { tags }),
    properties: { provisioningState: isGoing ? 'Deleting' : 'Succeeded' },
  };
}
