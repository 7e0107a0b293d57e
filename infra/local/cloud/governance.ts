/** What do policies and locks make of what is asked of ARM, before a provider sees it? */
import { formatArmId, parseResourcePath } from './arm-id.js';
import { answerAuthorization } from './authorization.js';
import { asRecord, propertiesOf, type Json } from './json.js';
import { checkLocks } from './locks.js';
import { Policies } from './policies.js';
import { answerCheck } from './policy-check.js';
import type { PolicySubject } from './policy-fields.js';
import { deniedByPolicy } from './policy-refusal.js';
import type { Resources } from './resources.js';
import { idOf, scopedTypes, ScopedResources } from './scoped-resources.js';
import { methodNotAllowed, type WireAnswer, type WireRequest } from './wire.js';
import type { Governed } from './world.js';

const checkPath =
  /^(\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?)\/providers\/Microsoft\.PolicyInsights\/checkPolicyRestrictions$/i;

/** Policies and locks over a subscription. */
export class Governance {
  readonly #scoped = new ScopedResources();
  readonly #policies: Policies;

  constructor(
    private readonly resources: Resources,
    resourceGroup: (name: string) => Json,
    /** What is there from the start. */
    governed: readonly Governed[],
  ) {
    this.#policies = new Policies(this.#scoped, resourceGroup);
    for (const { scope, type, name, properties } of governed) {
      const request = { path: idOf(scope, type, name), method: 'PUT', body: { properties } };
      answerAuthorization(this.#scoped, { ...request, host: '', query: new URLSearchParams(), headers: {} });
    }
  }

  /** Answers what is asked of policies and locks themselves; `undefined` for the rest. Throws a refusal. */
  answer(request: WireRequest): WireAnswer | undefined {
    const [, scope] = checkPath.exec(request.path) ?? [];
    if (scope === undefined) return answerAuthorization(this.#scoped, request);
    if (request.method !== 'POST') throw methodNotAllowed(request);
    return answerCheck(this.#policies, scope, request.body ?? {});
  }

  /**
   * Lets locks and policies speak to a write, a deletion or an action.
   *
   * @returns the request with what policies add to its body. Throws the refusal of what they forbid; locks first
   *   (inferred)
   */
  govern(request: WireRequest): WireRequest {
    const { method, path, body } = request;
    const parsed = parseResourcePath(path);
    if (parsed === undefined) {
      checkLocks(this.#scoped, method, path);
      return request;
    }
    // An action is named after its resource, so that it looks like a list.
    const id = parsed.isList ? path.slice(0, path.lastIndexOf('/')) : formatArmId(parsed);
    checkLocks(this.#scoped, method, id);
    if (parsed.isList || body === undefined || (method !== 'PUT' && method !== 'PATCH')) return request;
    const existing = this.resources.get(id);
    const content = method === 'PUT' ? body : patched(asRecord(existing?.body), body);
    const { type, resourceGroup } = parsed;
    const judged = this.judged({ id, name: parsed.names.at(-1) ?? '', type, resourceGroup, content });
    return method === 'PUT'
      ? { ...request, body: judged }
      : { ...request, body: changeOf(body, content, judged) };
  }

  /** What stood at a scope goes with it. */
  gone(scope: string): void {
    for (const type of scopedTypes) {
      for (const { id } of this.#scoped.under(type, scope)) this.#scoped.remove(id);
    }
  }

  /** What policies make of a resource that a provider makes by itself, such as a machine's disk. Throws a refusal. */
  judged(subject: PolicySubject): Json {
    const { content, denials } = this.#policies.judge(subject);
    if (denials.length > 0) throw deniedByPolicy(subject, denials);
    return content;
  }
}

/** What a resource is once a change has been merged: properties by their names, everything else as it is sent. */
function patched(before: Json, change: Json): Json {
  return { ...before, ...change, properties: { ...propertiesOf(before), ...propertiesOf(change) } };
}

/** The change as it was sent, with what policies have made of it. */
function changeOf(sent: Json, before: Json, after: Json): Json {
  const names = Object.keys(after).filter((name) => name in sent || after[name] !== before[name]);
  const kept = names.filter((name) => name !== 'properties' || 'properties' in sent);
  return Object.fromEntries(kept.map((name) => [name, name === 'properties' ? sent[name] : after[name]]));
}
