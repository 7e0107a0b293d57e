/** Which policies are in force for a resource, and what do they say to it? */
import { asList, asRecord, asText, type Json } from './json.js';
import { judge, type EvaluatedExpression, type Verdict } from './policy-conditions.js';
import { change, effectOf, effects, type Effect } from './policy-effects.js';
import { resolved, type ExpressionScope } from './policy-expressions.js';
import { valuesOf, type PolicySubject } from './policy-fields.js';
import { membersOf, type PolicyMember } from './policy-members.js';
import { isWithin, type ScopedResource, type ScopedResources } from './scoped-resources.js';

/** An assignment that is in force for a resource, read and with its parameters. */
export interface PolicyInForce {
  readonly assignment: ScopedResource;
  readonly definition: ScopedResource;
  readonly set?: PolicyMember['set'];
  readonly effect: Effect;
  readonly condition: Json;
  readonly details: unknown;
  readonly scope: (subject: PolicySubject) => ExpressionScope;
}

/** A policy whose `if` holds for a resource. */
export interface PolicyMet {
  readonly policy: PolicyInForce;
  readonly evaluated: readonly EvaluatedExpression[];
}

/** What became of a resource. */
export interface Judged {
  /** What it is after the policies that change it. */
  readonly content: Json;
  readonly denials: readonly PolicyMet[];
  readonly audits: readonly PolicyMet[];
}

/** The policies. */
export class Policies {
  constructor(
    private readonly all: ScopedResources,
    private readonly resourceGroup: (name: string) => Json,
  ) {}

  /** Lets every policy that is in force speak: those that change the resource first, then those that deny it. */
  judge(subject: PolicySubject): Judged {
    const inForce = this.inForce(subject);
    const denied: PolicyMet[] = [];
    let content = subject.content;
    for (const policy of inForce) {
      if (policy.effect !== 'append' && policy.effect !== 'modify') continue;
      const mine = { ...subject, content };
      const { holds, evaluated } = meets(policy, mine);
      if (!holds) continue;
      const changed = change(mine, policy.effect, policy.details, policy.scope(mine));
      if (changed.kind === 'denied') denied.push({ policy, evaluated });
      else content = changed.content;
    }
    const after = { ...subject, content };
    return {
      content,
      denials: [...denied, ...met(inForce, 'deny', after)],
      audits: met(inForce, 'audit', after),
    };
  }

  /** Assignments over a resource that nothing exempts it from, by their effect in Azure's order. */
  inForce(subject: PolicySubject): readonly PolicyInForce[] {
    return this.all
      .over('policyAssignments', subject.id)
      .filter((assignment) => isEnforced(assignment, subject.id))
      .flatMap((assignment) =>
        membersOf(this.all, assignment.properties)
          .filter((member) => !this.#isExempt(assignment, member, subject.id))
          .flatMap((member) => this.#read(assignment, member, subject)),
      )
      .sort((one, other) => effects.indexOf(one.effect) - effects.indexOf(other.effect));
  }

  /** An exemption is from the whole assignment, or from some policies of its initiative. */
  #isExempt({ id }: ScopedResource, { set }: PolicyMember, subjectId: string): boolean {
    return this.all.over('policyExemptions', subjectId).some(({ properties }) => {
      const references = asList(properties['policyDefinitionReferenceIds']).map(asText);
      const isOfAll = references.length === 0;
      const isAbout = asText(properties['policyAssignmentId']).toLowerCase() === id.toLowerCase();
      const isOfThis = set !== undefined && references.includes(set.reference);
      return isAbout && !isExpired(properties) && (isOfAll || isOfThis);
    });
  }

  #read(assignment: ScopedResource, member: PolicyMember, subject: PolicySubject): readonly PolicyInForce[] {
    const { definition, parameters, set } = member;
    const scope = (one: PolicySubject): ExpressionScope => ({
      parameters,
      resourceGroup: this.resourceGroup(one.resourceGroup),
      field: (name) => valuesOf(one, name).values[0],
    });
    const rule = asRecord(definition.properties['policyRule']);
    const then = asRecord(rule['then']);
    const effect = effectOf(resolved(then['effect'], scope(subject)));
    // Indexed: only what has tags and a location (documented).
    const isIndexed = asText(definition.properties['mode']).toLowerCase() === 'indexed';
    if (effect === undefined || (isIndexed && subject.content['location'] === undefined)) return [];
    const condition = asRecord(rule['if']);
    const about = { assignment, definition, ...(set === undefined ? {} : { set }) };
    return [{ ...about, effect, condition, details: then['details'], scope }];
  }
}

function met(
  inForce: readonly PolicyInForce[],
  effect: Effect,
  subject: PolicySubject,
): readonly PolicyMet[] {
  return inForce
    .filter((policy) => policy.effect === effect)
    .map((policy) => ({ policy, ...meets(policy, subject) }))
    .filter(({ holds }) => holds);
}

/** Judges one policy. */
export function meets({ condition, scope }: PolicyInForce, subject: PolicySubject): Verdict {
  return judge(condition, subject, scope(subject));
}

function isEnforced({ properties }: ScopedResource, subjectId: string): boolean {
  const isLeftOut = asList(properties['notScopes']).some((scope) => isWithin(subjectId, asText(scope)));
  return asText(properties['enforcementMode']) !== 'DoNotEnforce' && !isLeftOut;
}

function isExpired({ expiresOn }: Json): boolean {
  return asText(expiresOn) !== '' && Date.parse(asText(expiresOn)) <= Date.now();
}
