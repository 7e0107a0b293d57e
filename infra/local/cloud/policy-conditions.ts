/** Does a policy's `if` hold for a resource, and by which of its conditions? */
import { asList, asRecord, type Json } from './json.js';
import { resolved, type ExpressionScope } from './policy-expressions.js';
import { valuesOf, type PolicySubject } from './policy-fields.js';

/** A condition that was evaluated, as Azure tells it in refusals and in checks. */
export interface EvaluatedExpression {
  readonly result: 'True' | 'False';
  readonly expressionKind: 'Field' | 'Value';
  readonly expression: string;
  readonly path?: string;
  readonly expressionValue?: unknown;
  readonly targetValue: unknown;
  readonly operator: string;
}

/** What came of an `if`. */
export interface Verdict {
  readonly holds: boolean;
  readonly evaluated: readonly EvaluatedExpression[];
}

type Test = (value: unknown, target: unknown) => boolean;

const text = (value: unknown) => String(value).toLowerCase();
const isThere = (value: unknown) => value !== undefined && value !== null;
const equals: Test = (value, target) => isThere(value) && text(value) === text(target);
const isIn: Test = (value, target) => asList(target).some((one) => equals(value, one));
const contains: Test = (value, target) =>
  Array.isArray(value)
    ? value.some((one) => equals(one, target))
    : isThere(value) && text(value).includes(text(target));
const compare =
  (isSo: (value: number, target: number) => boolean): Test =>
  (value, target) =>
    isThere(value) && isSo(Number(value), Number(target));
const not =
  (test: Test): Test =>
  (value, target) =>
    !test(value, target);

/** At most one `*` stands for anything (documented). */
const like: Test = (value, target) => {
  const [before = '', after] = text(target).split('*');
  if (!isThere(value)) return false;
  return after === undefined
    ? text(value) === before
    : text(value).startsWith(before) && text(value).endsWith(after);
};

/** Operators that are served, in Azure's spelling; texts compare without regard to case (documented). */
const operators: Readonly<Record<string, Test>> = {
  Equals: equals,
  NotEquals: not(equals),
  In: isIn,
  NotIn: not(isIn),
  Like: like,
  NotLike: not(like),
  Contains: contains,
  NotContains: not(contains),
  Exists: (value, target) => isThere(value) === (text(target) === 'true'),
  Less: compare((value, target) => value < target),
  LessOrEquals: compare((value, target) => value <= target),
  Greater: compare((value, target) => value > target),
  GreaterOrEquals: compare((value, target) => value >= target),
};

const operatorOf = (condition: Json) =>
  Object.keys(condition).flatMap((key) => {
    const name = Object.keys(operators).find((one) => one.toLowerCase() === key.toLowerCase());
    return name === undefined ? [] : [{ name, key }];
  })[0];

/** Evaluates an `if`. */
export function judge(condition: Json, subject: PolicySubject, scope: ExpressionScope): Verdict {
  const { allOf, anyOf, not: negated } = condition;
  if (allOf !== undefined) {
    const all = asList(allOf).map((one) => judge(asRecord(one), subject, scope));
    return { holds: all.every(({ holds }) => holds), evaluated: all.flatMap(({ evaluated }) => evaluated) };
  }
  if (anyOf !== undefined) {
    const all = asList(anyOf).map((one) => judge(asRecord(one), subject, scope));
    const first = all.find(({ holds }) => holds);
    return first ?? { holds: false, evaluated: all.flatMap(({ evaluated }) => evaluated) };
  }
  if (negated !== undefined) {
    const { holds, evaluated } = judge(asRecord(negated), subject, scope);
    return { holds: !holds, evaluated };
  }
  return judgeOne(condition, subject, scope);
}

/** One condition; of an alias with `[*]` every element has to fulfil it, which those of an empty list do (documented). */
function judgeOne(condition: Json, subject: PolicySubject, scope: ExpressionScope): Verdict {
  const operator = operatorOf(condition);
  const test = operators[operator?.name ?? ''];
  if (operator === undefined || test === undefined) return { holds: false, evaluated: [] };
  const isField = condition['field'] !== undefined;
  const field = isField ? String(resolved(condition['field'], scope)) : '';
  const target = resolved(condition[operator.key], scope);
  const { values, isList } = isField
    ? valuesOf(subject, field)
    : { values: [resolved(condition['value'], scope)], isList: false };
  const holds = values.every((value) => test(value, target));
  const shown = isList ? values : values[0];
  return {
    holds,
    evaluated: [
      {
        result: holds ? 'True' : 'False',
        expressionKind: isField ? 'Field' : 'Value',
        expression: isField ? field : String(condition['value']),
        ...(isField ? { path: pathOf(field, subject.type) } : {}),
        ...(isThere(shown) ? { expressionValue: shown } : {}),
        targetValue: target,
        operator: operator.name,
      },
    ],
  };
}

/** Path of an alias in the resource, as far as it is known here. */
function pathOf(field: string, type: string): string {
  const isAlias = field.toLowerCase().startsWith(`${type.toLowerCase()}/`);
  return isAlias ? `properties.${field.slice(type.length + 1)}` : field;
}

/** Says what of an `if` isn't served here; `undefined` when all of it is. */
export function unservedCondition(condition: Json): string | undefined {
  const { allOf, anyOf, not: negated } = condition;
  for (const list of [allOf, anyOf]) {
    if (list === undefined) continue;
    return asList(list)
      .map((one) => unservedCondition(asRecord(one)))
      .find((one) => one !== undefined);
  }
  if (negated !== undefined) return unservedCondition(asRecord(negated));
  if (condition['count'] !== undefined) return "'count' is not served here";
  if (operatorOf(condition) === undefined)
    return `no operator of ${JSON.stringify(condition)} is served here`;
  const hasSubject = condition['field'] !== undefined || condition['value'] !== undefined;
  return hasSubject ? undefined : `${JSON.stringify(condition)} names neither field nor value`;
}
