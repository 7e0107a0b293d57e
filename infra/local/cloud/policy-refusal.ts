/** In which words does Azure Policy deny a write? */
import { asList, asRecord, asText, type Json } from './json.js';
import type { PolicyMet } from './policies.js';
import type { PolicySubject } from './policy-fields.js';
import { lastName } from './arm-id.js';
import { fromGateway, refusal, type Refusal } from './wire.js';

/**
 * The refusal of what policies deny. Texts as quoted in Microsoft's documentation and in public issues: the older form
 * lists all policies; where an assignment has a message of its own, the newer one tells that instead. The status is
 * documented, that ARM itself answers is inferred.
 */
export function deniedByPolicy({ name }: PolicySubject, denials: readonly PolicyMet[]): Refusal {
  const reasons = denials.flatMap(messageOf);
  const identifiers = denials.map(({ policy: { assignment, definition, set } }) => ({
    policyAssignment: { name: shownName(assignment), id: assignment.id },
    policyDefinition: { name: shownName(definition), id: definition.id },
    ...(set === undefined
      ? {}
      : { policySetDefinition: { name: shownName(set.definition), id: set.definition.id } }),
  }));
  const said =
    reasons.length > 0
      ? `Reasons: '${reasons.join("', '")}'. See error details for policy resource IDs.`
      : `Policy identifiers: '${JSON.stringify(identifiers)}'.`;
  return fromGateway(
    refusal(403, 'RequestDisallowedByPolicy', `Resource '${name}' was disallowed by policy. ${said}`, {
      target: name,
      additionalInfo: denials.map(violationOf),
    }),
  );
}

function messageOf({ policy }: PolicyMet): readonly string[] {
  const messages = asList(policy.assignment.properties['nonComplianceMessages']);
  const text = asText(asRecord(messages[0])['message']);
  return text === '' ? [] : [text];
}

function violationOf({ policy: { assignment, definition, set, effect }, evaluated }: PolicyMet): Json {
  const ofSet =
    set === undefined
      ? {}
      : {
          policySetDefinitionId: set.definition.id,
          policySetDefinitionName: set.definition.name,
          policySetDefinitionDisplayName: shownName(set.definition),
          policyDefinitionReferenceId: set.reference,
        };
  return {
    type: 'PolicyViolation',
    info: {
      evaluationDetails: { evaluatedExpressions: evaluated },
      policyDefinitionId: definition.id,
      policyDefinitionName: definition.name,
      policyDefinitionDisplayName: shownName(definition),
      policyDefinitionEffect: effect,
      ...ofSet,
      policyAssignmentId: assignment.id,
      policyAssignmentName: assignment.name,
      policyAssignmentDisplayName: shownName(assignment),
      policyAssignmentScope: assignment.scope,
      policyAssignmentParameters: asRecord(assignment.properties['parameters']),
      policyExemptionIds: [],
    },
  };
}

function shownName({ id, properties }: { readonly id: string; readonly properties: Json }): string {
  return asText(properties['displayName']) || lastName(id);
}
