/** Which policies would deny what a site is to write? Asked beforehand of Policy Insights, which changes nothing. */
import { z } from 'zod';
import type { PolicyDenial, PolicyLook, PolicyReason } from '../site/observed-site.js';
import { failure, success, type Outcome } from '../site/problem.js';
import type { SurroundingsQuestion } from '../site/surroundings-question.js';
import { policyClient } from './clients.js';
import { contentsOf, type PolicyContent } from './policy-content.js';
import { outcomeOf } from './problem-of-error.js';
import { deployment } from './settings.js';

/** What is read of an answer; the SDK's own model takes texts apart letter by letter (seen in 6.0.0). */
const answer = z.object({
  contentEvaluationResult: z
    .object({
      policyEvaluations: z
        .array(
          z.object({
            policyInfo: z.object({
              policyAssignmentId: z.string(),
              policyDefinitionReferenceId: z.string().optional(),
            }),
            effectDetails: z.object({ policyEffect: z.string() }).optional(),
            evaluationDetails: z
              .object({
                evaluatedExpressions: z
                  .array(
                    z.object({
                      expression: z.string().optional(),
                      path: z.string().optional(),
                      operator: z.string().optional(),
                      targetValue: z.unknown(),
                    }),
                  )
                  .optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

type Evaluation = NonNullable<
  NonNullable<z.infer<typeof answer>['contentEvaluationResult']>['policyEvaluations']
>[number];

/**
 * Asks for each type of resource that the site makes: eight questions at once.
 *
 * @returns `not-checked` with the reason where Azure won't say, since the role may lack the action: then what a policy
 *   denies shows only as it is written. What time may cure is a problem.
 */
export async function observePolicies({
  subscriptionId,
  resourceGroup,
  samples,
}: SurroundingsQuestion): Promise<Outcome<PolicyLook>> {
  const contents = samples.flatMap((sample) => contentsOf(sample, deployment()));
  const asked = await Promise.all(contents.map((content) => check(subscriptionId, resourceGroup, content)));
  const denials: PolicyDenial[] = [];
  for (const looked of asked) {
    if (looked.ok) denials.push(...looked.value);
    else if (looked.problem.retryable) return failure(looked.problem);
  }
  const unseen = asked.find(({ ok }) => !ok);
  // What was found counts, also where another question wasn't answered.
  if (denials.length > 0 || unseen === undefined || unseen.ok) {
    return success({ kind: 'checked', denials: joined(denials) });
  }
  return success({ kind: 'not-checked', because: unseen.problem.detail });
}

function check(
  subscriptionId: string,
  resourceGroup: string,
  { content, scope }: PolicyContent,
): Promise<Outcome<readonly PolicyDenial[]>> {
  const type = String(content['type']);
  const what = `what policies say to ${type} in ${resourceGroup}`;
  return outcomeOf({ verb: 'read', what }, async () => {
    const { policyRestrictions } = await policyClient(subscriptionId);
    let text = '';
    const resourceDetails = { resourceContent: { ...content }, ...(scope === undefined ? {} : { scope }) };
    await policyRestrictions.checkAtResourceGroupScope(
      resourceGroup,
      { resourceDetails },
      { onResponse: ({ bodyAsText }) => (text = bodyAsText ?? '') },
    );
    const { contentEvaluationResult } = answer.parse(JSON.parse(text));
    return (contentEvaluationResult?.policyEvaluations ?? [])
      .filter(isDenial)
      .map((found) => denialOf(found, type));
  });
}

/** Audits are only told when they are asked for; whatever else is told is no denial. */
function isDenial({ effectDetails }: Evaluation): boolean {
  return effectDetails?.policyEffect.toLowerCase() === 'deny';
}

function denialOf({ policyInfo, evaluationDetails }: Evaluation, type: string): PolicyDenial {
  const { policyAssignmentId, policyDefinitionReferenceId } = policyInfo;
  const reasons = (evaluationDetails?.evaluatedExpressions ?? []).map(
    ({ expression, path, operator, targetValue }): PolicyReason => ({
      field: expression ?? path ?? '',
      operator: operator ?? '',
      targets: [targetValue].flat().filter(isPlain).map(String),
    }),
  );
  return {
    assignmentId: policyAssignmentId,
    ...(policyDefinitionReferenceId === undefined ? {} : { reference: policyDefinitionReferenceId }),
    types: [type],
    reasons: reasons.filter(({ field }) => field.toLowerCase() !== 'type'),
  };
}

const isPlain = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** One denial for each policy, with all the types that it denies. */
function joined(denials: readonly PolicyDenial[]): readonly PolicyDenial[] {
  const byPolicy = new Map<string, PolicyDenial>();
  for (const denial of denials) {
    const key = `${denial.assignmentId} ${denial.reference ?? ''}`.toLowerCase();
    const known = byPolicy.get(key);
    byPolicy.set(key, known === undefined ? denial : { ...known, types: [...known.types, ...denial.types] });
  }
  return [...byPolicy.values()];
}
