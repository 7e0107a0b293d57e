/** What does a policy do to a resource for which its `if` holds? Which effects are served, and what they change. */
import { asList, asRecord, asText, type Json } from './json.js';
import { resolved, type ExpressionScope } from './policy-expressions.js';
import { tagOf, valuesOf, withField, type PolicySubject } from './policy-fields.js';

/** Effects that are served; in the order in which Azure looks at them: `disabled` first, `audit` last (documented). */
export const effects = ['disabled', 'append', 'modify', 'deny', 'audit'] as const;

/** An effect that is served. */
export type Effect = (typeof effects)[number];

/** The effect that a text names; `undefined` for one that isn't served. */
export function effectOf(text: unknown): Effect | undefined {
  return effects.find((effect) => effect === asText(text).toLowerCase());
}

/** One change that a policy makes. */
export interface FieldChange {
  readonly field: string;
  /** `undefined` takes the field away. */
  readonly value: unknown;
}

/** What became of a resource: its new content, or that a value which was sent stands against an appended one. */
export type Changed =
  | { readonly kind: 'changed'; readonly content: Json }
  /** Append never overwrites: it denies what has another value (documented). */
  | { readonly kind: 'denied' };

/** Fields that a policy sets whatever is sent, or when nothing is. */
export function changesOf(effect: 'append' | 'modify', details: unknown, scope: ExpressionScope) {
  if (effect === 'append') {
    return asList(details).map((one): FieldChange & { readonly how: 'append' } => ({
      how: 'append',
      field: String(resolved(asRecord(one)['field'], scope)),
      value: resolved(asRecord(one)['value'], scope),
    }));
  }
  return asList(asRecord(details)['operations']).map((one) => {
    const { operation, field, value } = asRecord(one);
    return {
      how: operationOf(operation),
      field: String(resolved(field, scope)),
      value: resolved(value, scope),
    };
  });
}

type Operation = 'add' | 'addOrReplace' | 'remove';

function operationOf(text: unknown): Operation {
  const known: readonly Operation[] = ['addOrReplace', 'remove'];
  return known.find((one) => one.toLowerCase() === asText(text).toLowerCase()) ?? 'add';
}

/** Changes a resource. */
export function change(
  subject: PolicySubject,
  effect: 'append' | 'modify',
  details: unknown,
  scope: ExpressionScope,
): Changed {
  let content = subject.content;
  for (const { how, field, value } of changesOf(effect, details, scope)) {
    const mine = { ...subject, content };
    const there = valuesOf(mine, field).values[0];
    const isThere = there !== undefined && there !== null;
    switch (how) {
      case 'append':
        if (isThere && JSON.stringify(there).toLowerCase() !== JSON.stringify(value).toLowerCase())
          return { kind: 'denied' };
        if (!isThere) content = withField(mine, field, value);
        break;
      case 'add':
        if (!isThere) content = withField(mine, field, value);
        break;
      case 'addOrReplace':
        content = withField(mine, field, value);
        break;
      case 'remove':
        content = withField(mine, field, undefined);
        break;
    }
  }
  return { kind: 'changed', content };
}

/** Says what of a `then` isn't served here; `undefined` when all of it is. */
export function unservedEffect(then: Json, effect: unknown): string | undefined {
  const known = effectOf(effect);
  if (known === undefined) return `the effect '${String(effect)}' is not served here`;
  if (known !== 'modify') return undefined;
  // Only aliases that are marked so can be modified (documented); which are is not known here, but tags always.
  const other = asList(asRecord(then['details'])['operations'])
    .map((one) => asText(asRecord(one)['field']))
    .find((field) => tagOf(field) === undefined && !field.startsWith('['));
  return other === undefined ? undefined : `modifying '${other}' is not served here, only tags are`;
}
