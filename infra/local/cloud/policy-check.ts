/** How would policies judge a resource that isn't there yet? `checkPolicyRestrictions` of Policy Insights. */
import { asList, asRecord, asText, type Json } from './json.js';
import { meets, type Policies, type PolicyInForce, type PolicyMet } from './policies.js';
import type { EvaluatedExpression } from './policy-conditions.js';
import { changesOf } from './policy-effects.js';
import { tagOf, withField, type PolicySubject } from './policy-fields.js';
import { refusal, type WireAnswer } from './wire.js';

/** A field that isn't known yet, with the values that it may get. */
interface Pending {
  readonly field: string;
  readonly values: readonly string[];
}

/**
 * Answers a check: what denies the content as it is, and what policies make of each pending field. That a policy which
 * a pending field decides is told there alone is inferred, and that exemptions and assignments which aren't enforced
 * are taken into account.
 *
 * @param scope id of the group or of the subscription that is asked
 */
export function answerCheck(policies: Policies, scope: string, body: Json): WireAnswer {
  const details = asRecord(body['resourceDetails']);
  const content = asRecord(details['resourceContent']);
  const type = asText(content['type']);
  if (type === '') {
    throw refusal(
      400,
      'InvalidCheckRestrictionsRequest',
      "The request is invalid: 'resourceDetails.resourceContent.type' is required.",
    );
  }
  const pending = asList(body['pendingFields']).map((one): Pending => {
    const { field, values } = asRecord(one);
    return { field: asText(field), values: asList(values).map(String) };
  });
  const subject = subjectOf(scope, type, content, asText(details['scope']));
  const { denials, audits } = policies.judge(subject);
  const found = body['includeAuditEffect'] === true ? [...denials, ...audits] : denials;
  const isPending = ({ evaluated }: PolicyMet) => evaluated.some((one) => pending.some(isAbout(one)));
  return {
    status: 200,
    body: {
      fieldRestrictions: pending.flatMap((one) => restrictionsOf(policies, subject, one)),
      contentEvaluationResult: {
        policyEvaluations: found.filter((one) => !isPending(one)).map(evaluationOf),
      },
    },
  };
}

function subjectOf(scope: string, type: string, content: Json, parent: string): PolicySubject {
  const name = asText(content['name']);
  const [, resourceGroup = ''] = /\/resourceGroups\/([^/]+)/i.exec(scope) ?? [];
  const inside = `${scope}/providers/${type}/${name}`;
  const id = parent === '' ? inside : `${parent}/${type.split('/').at(-1) ?? ''}/${name}`;
  return { id, name, type, resourceGroup, content };
}

function evaluationOf({ policy, evaluated }: PolicyMet): Json {
  return {
    policyInfo: referenceOf(policy),
    evaluationResult: 'NonCompliant',
    evaluationDetails: { evaluatedExpressions: evaluated },
    effectDetails: { policyEffect: shown(policy.effect) },
  };
}

function referenceOf({ assignment, definition, set }: PolicyInForce): Json {
  const ofSet =
    set === undefined
      ? {}
      : { policySetDefinitionId: set.definition.id, policyDefinitionReferenceId: set.reference };
  return { policyDefinitionId: definition.id, ...ofSet, policyAssignmentId: assignment.id };
}

const shown = (effect: string) => effect.charAt(0).toUpperCase() + effect.slice(1);

/** Says whether a condition is about a pending field; `tags` stands for all of them. */
function isAbout({ expression }: EvaluatedExpression) {
  return ({ field }: Pending) =>
    expression.toLowerCase() === field.toLowerCase() ||
    (field.toLowerCase() === 'tags' && tagOf(expression) !== undefined) ||
    (tagOf(field) !== undefined && tagOf(field)?.toLowerCase() === tagOf(expression)?.toLowerCase());
}

/** What each policy makes of a field, by the field; of `tags` each tag is a field of its own. */
function restrictionsOf(policies: Policies, subject: PolicySubject, pending: Pending): readonly Json[] {
  const byField = new Map<string, Json[]>();
  const add = (field: string, restriction: Json) =>
    byField.set(field, [...(byField.get(field) ?? []), restriction]);
  for (const policy of policies.inForce(subject)) {
    const about = { policy: referenceOf(policy), policyEffect: shown(policy.effect) };
    for (const { field, restriction } of restrictionsBy(policy, subject, pending))
      add(field, { ...restriction, ...about });
  }
  return [...byField].map(([field, restrictions]) => ({ field, restrictions }));
}

interface Restricted {
  readonly field: string;
  readonly restriction: Json;
}

function restrictionsBy(
  policy: PolicyInForce,
  subject: PolicySubject,
  pending: Pending,
): readonly Restricted[] {
  const { effect } = policy;
  if (effect === 'append' || effect === 'modify') return defaultsBy(policy, effect, subject, pending);
  if (effect !== 'deny') return [];
  return pending.values.length > 0
    ? deniedValues(policy, subject, pending)
    : requiredBy(policy, subject, pending);
}

function defaultsBy(
  policy: PolicyInForce,
  effect: 'append' | 'modify',
  subject: PolicySubject,
  pending: Pending,
): readonly Restricted[] {
  if (!meets(policy, subject).holds) return [];
  return changesOf(effect, policy.details, policy.scope(subject))
    .filter(({ field }) => isAbout(aboutField(field))(pending))
    .map(({ field, value, how }) => ({
      field: dotted(field),
      restriction:
        how === 'remove' ? { result: 'Removed' } : { result: 'Required', defaultValue: String(value) },
    }));
}

function deniedValues(
  policy: PolicyInForce,
  subject: PolicySubject,
  pending: Pending,
): readonly Restricted[] {
  const denied = pending.values
    .map((value) => ({ value, verdict: meets(policy, withPending(subject, pending.field, value)) }))
    .filter(({ verdict }) => verdict.holds && verdict.evaluated.some((one) => isAbout(one)(pending)));
  if (denied.length === 0) return [];
  const values = denied.map(({ value }) => value);
  const reason = reasonOf(
    denied.flatMap(({ verdict }) => verdict.evaluated).filter((one) => isAbout(one)(pending)),
  );
  return [{ field: dotted(pending.field), restriction: { result: 'Deny', values, reason } }];
}

function requiredBy(policy: PolicyInForce, subject: PolicySubject, pending: Pending): readonly Restricted[] {
  const { holds, evaluated } = meets(policy, subject);
  if (!holds) return [];
  return evaluated
    .filter((one) => isAbout(one)(pending))
    .map(({ expression, operator, targetValue }) => {
      const values = operator === 'Exists' ? {} : { values: [targetValue].flat().map(String) };
      const field = dotted(expression);
      return { field, restriction: { result: 'Required', ...values, reason: `${field} is required` } };
    });
}

function withPending(subject: PolicySubject, field: string, value: string): PolicySubject {
  return field.toLowerCase() === 'name'
    ? { ...subject, name: value }
    : { ...subject, content: withField(subject, field, value) };
}

function aboutField(expression: string): EvaluatedExpression {
  return { result: 'True', expressionKind: 'Field', expression, targetValue: undefined, operator: 'Exists' };
}

/** Tags are told as `tags.name` (example of the API's description). */
function dotted(field: string): string {
  const tag = tagOf(field);
  return tag === undefined ? field : `tags.${tag}`;
}

function reasonOf([first]: readonly EvaluatedExpression[]): string {
  if (first === undefined) return '';
  const target = [first.targetValue].flat().map(String).join(', ');
  const allowed = ['NotIn', 'In', 'Equals', 'NotEquals'].includes(first.operator);
  return allowed
    ? `${dotted(first.expression)} must be one of the following: ${target}`
    : `${dotted(first.expression)} is not allowed`;
}
