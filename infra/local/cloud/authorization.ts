/** How does Microsoft.Authorization answer for policies, exemptions and locks? Written at once, at any scope. */
import { lockLevels } from './locks.js';
import { asList, asRecord, asText, type Json } from './json.js';
import { unservedCondition } from './policy-conditions.js';
import { unservedEffect } from './policy-effects.js';
import { checkExpressions, ExpressionError, resolved } from './policy-expressions.js';
import { membersOf, parametersOf } from './policy-members.js';
import {
  idOf,
  scopedTypes,
  type ScopedResource,
  type ScopedResources,
  type ScopedType,
} from './scoped-resources.js';
import { methodNotAllowed, refusal, type WireAnswer, type WireRequest } from './wire.js';

const path =
  /^(\/subscriptions\/[^/]+(?:\/.+)?)\/providers\/Microsoft\.Authorization\/(policyDefinitions|policySetDefinitions|policyAssignments|policyExemptions|locks)(?:\/([^/]+))?$/i;

/** Answers for them; `undefined` when the path is another. Throws a refusal. */
export function answerAuthorization(all: ScopedResources, request: WireRequest): WireAnswer | undefined {
  const [, scope, typeName, name] = path.exec(request.path) ?? [];
  const type = scopedTypes.find((one) => one.toLowerCase() === typeName?.toLowerCase());
  if (scope === undefined || type === undefined) return undefined;
  if (name === undefined) {
    if (request.method !== 'GET') throw methodNotAllowed(request);
    // Of a subscription all of them are listed, those of its groups too (documented for locks and assignments).
    return { status: 200, body: { value: all.under(type, scope).map(view) } };
  }
  const existing = all.get(idOf(scope, type, name));
  switch (request.method) {
    case 'GET':
      if (existing === undefined) throw absent(type, name);
      return { status: 200, body: view(existing) };
    case 'PUT': {
      const properties = complete(all, type, scope, asRecord(request.body?.['properties']));
      const written = all.put(scope, type, name, properties);
      return { status: statusOfWrite(type, existing), body: view(written) };
    }
    case 'DELETE':
      if (existing === undefined) return { status: 204 };
      all.remove(existing.id);
      return type === 'locks' ? { status: 200 } : { status: 200, body: view(existing) };
    default:
      throw methodNotAllowed(request);
  }
}

/** A lock is 201 or 200 (recorded), an initiative and an exemption too, an assignment and a definition 201 each time (documented). */
function statusOfWrite(type: ScopedType, existing: ScopedResource | undefined): 200 | 201 {
  const isAlwaysCreated = type === 'policyAssignments' || type === 'policyDefinitions';
  return isAlwaysCreated || existing === undefined ? 201 : 200;
}

function view({ id, name, type, properties }: ScopedResource): Json {
  return { id, name, type: `Microsoft.Authorization/${type}`, properties };
}

function absent(type: ScopedType, name: string) {
  const codes = {
    policyDefinitions: ['PolicyDefinitionNotFound', 'policy definition'],
    policySetDefinitions: ['PolicySetDefinitionNotFound', 'policy set definition'],
    policyAssignments: ['PolicyAssignmentNotFound', 'policy assignment'],
    policyExemptions: ['PolicyExemptionNotFound', 'policy exemption'],
    locks: ['LockNotFound', 'lock'],
  } as const;
  const [code, word] = codes[type];
  return refusal(404, code, `The ${word} '${name}' could not be found.`);
}

function complete(all: ScopedResources, type: ScopedType, scope: string, sent: Json): Json {
  switch (type) {
    case 'policyDefinitions':
      checkDefinition(sent);
      return { policyType: 'Custom', mode: 'Indexed', ...sent };
    case 'policySetDefinitions':
      for (const member of asList(sent['policyDefinitions']))
        definitionOf(all, asText(asRecord(member)['policyDefinitionId']));
      return { policyType: 'Custom', ...sent };
    case 'policyAssignments':
      checkAssignment(all, sent);
      return { enforcementMode: 'Default', ...sent, scope };
    case 'policyExemptions':
      if (all.get(asText(sent['policyAssignmentId'])) === undefined) {
        throw invalid(
          'PolicyAssignmentNotFound',
          `The assignment '${asText(sent['policyAssignmentId'])}' was not found.`,
        );
      }
      return { exemptionCategory: 'Waiver', ...sent };
    case 'locks':
      if (!lockLevels.some((level) => level === sent['level'])) {
        throw invalid('InvalidLockLevel', `The lock level '${asText(sent['level'])}' is invalid.`);
      }
      return sent;
  }
}

const invalid = (code: string, message: string) => refusal(400, code, message);

/** What isn't served is refused by name, so that no policy is taken for one that never holds. */
function checkDefinition(definition: Json): void {
  const rule = asRecord(definition['policyRule']);
  const then = asRecord(rule['then']);
  const unserved = (why: string) => invalid('InvalidPolicyRule', `The policy rule is invalid: ${why}.`);
  try {
    checkExpressions(rule);
    const scope = { parameters: parametersOf(definition, {}), resourceGroup: {}, field: () => undefined };
    const effect = resolved(then['effect'], scope);
    // An effect that only the assignment names is looked at there.
    const why =
      unservedCondition(asRecord(rule['if'])) ??
      (effect === undefined ? undefined : unservedEffect(then, effect));
    if (why !== undefined) throw unserved(why);
  } catch (error) {
    throw error instanceof ExpressionError ? unserved(error.message.replace(/\.$/, '')) : error;
  }
}

function definitionOf(all: ScopedResources, id: string): ScopedResource {
  const definition = all.get(id);
  if (definition !== undefined) return definition;
  throw refusal(404, 'PolicyDefinitionNotFound', `The policy definition '${id}' could not be found.`);
}

function checkAssignment(all: ScopedResources, assignment: Json): void {
  const { name, properties } = definitionOf(all, asText(assignment['policyDefinitionId']));
  const missing = Object.entries(parametersOf(properties, assignment)).find(
    ([, value]) => value === undefined,
  )?.[0];
  if (missing !== undefined) {
    throw invalid(
      'MissingPolicyParameter',
      `The policy assignment is missing the parameter '${missing}' of the definition '${name}'.`,
    );
  }
  for (const { definition, parameters } of membersOf(all, assignment)) {
    const then = asRecord(asRecord(definition.properties['policyRule'])['then']);
    const scope = { parameters, resourceGroup: {}, field: () => undefined };
    const why = unservedEffect(then, resolved(then['effect'], scope));
    if (why !== undefined)
      throw invalid('InvalidPolicyParameters', `The policy assignment is invalid: ${why}.`);
  }
}
