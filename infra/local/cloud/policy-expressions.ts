/** What does an expression of a policy say, such as `[concat('tags[', parameters('tagName'), ']')]`? */
import { asRecord, asText, type Json } from './json.js';

/** What expressions may ask for. */
export interface ExpressionScope {
  readonly parameters: Json;
  /** Group of the resource: name, location, tags. */
  readonly resourceGroup: Json;
  /** Value of a field of the resource. */
  readonly field: (name: string) => unknown;
}

type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression };

/** An expression that isn't served here, or is none. */
export class ExpressionError extends Error {}

type Answer = (scope: ExpressionScope, ...given: readonly unknown[]) => unknown;

/** Functions that are served, in lower case: those of Microsoft's own tag and location policies. */
const functions: Readonly<Record<string, Answer>> = {
  parameters: ({ parameters }, name) => memberOf(parameters, name),
  concat: (_, ...given) => given.map(String).join(''),
  field: ({ field }, name) => field(String(name)),
  resourcegroup: ({ resourceGroup }) => resourceGroup,
  tolower: (_, value) => String(value).toLowerCase(),
  toupper: (_, value) => String(value).toUpperCase(),
  empty: (_, value) => value === undefined || value === null || value === '' || isEmptyList(value),
};

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Resolves every expression in a value, however deep; `[[` stands for a bracket (documented). */
export function resolved(value: unknown, scope: ExpressionScope): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, scope));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(asRecord(value)).map(([name, one]) => [name, resolved(one, scope)]),
    );
  }
  const text = asText(value);
  if (!text.startsWith('[') || !text.endsWith(']')) return value;
  return text.startsWith('[[') ? text.slice(1) : evaluate(parse(text.slice(1, -1)), scope);
}

/** Throws an error for the first expression in a value that isn't served. */
export function checkExpressions(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) checkExpressions(one);
  }
  const text = asText(value);
  if (text.startsWith('[') && !text.startsWith('[[') && text.endsWith(']')) parse(text.slice(1, -1));
}

function evaluate(expression: Expression, scope: ExpressionScope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'member':
      return memberOf(evaluate(expression.of, scope), evaluate(expression.name, scope));
    case 'call':
      return functions[expression.name]?.(scope, ...expression.given.map((one) => evaluate(one, scope)));
  }
}

/** Names compare without regard to case. */
function memberOf(value: unknown, name: unknown): unknown {
  const wanted = String(name).toLowerCase();
  return Object.entries(asRecord(value)).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

const token = /\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|[()[\],.])/y;

function parse(text: string): Expression {
  const tokens = tokensOf(text);
  const expression = parseOne(tokens, text);
  if (tokens.length > 0) throw new ExpressionError(`The expression '[${text}]' goes on where it should end.`);
  return expression;
}

function tokensOf(text: string): string[] {
  const found: string[] = [];
  const pattern = new RegExp(token);
  while (pattern.lastIndex < text.trimEnd().length) {
    const one = pattern.exec(text)?.[1];
    if (one === undefined) throw new ExpressionError(`The expression '[${text}]' is not valid.`);
    found.push(one);
  }
  return found;
}

function parseOne(tokens: string[], text: string): Expression {
  const first = tokens.shift() ?? '';
  let expression: Expression;
  if (first.startsWith("'")) {
    expression = { kind: 'literal', value: first.slice(1, -1).replaceAll("''", "'") };
  } else if (/^-?\d/.test(first)) {
    expression = { kind: 'literal', value: Number(first) };
  } else {
    const name = first.toLowerCase();
    if (!(name in functions)) throw new ExpressionError(`The function '${first}' is not served here.`);
    expression = { kind: 'call', name, given: parseGiven(tokens, text) };
  }
  for (;;) {
    if (tokens[0] === '.') {
      const [, name = ''] = tokens.splice(0, 2);
      expression = { kind: 'member', of: expression, name: { kind: 'literal', value: name } };
    } else if (tokens[0] === '[') {
      tokens.shift();
      expression = { kind: 'member', of: expression, name: parseOne(tokens, text) };
      expect(tokens, ']', text);
    } else return expression;
  }
}

function parseGiven(tokens: string[], text: string): readonly Expression[] {
  expect(tokens, '(', text);
  const given: Expression[] = [];
  while (tokens.length > 0 && tokens[0] !== ')') {
    given.push(parseOne(tokens, text));
    if (tokens[0] === ',') tokens.shift();
  }
  expect(tokens, ')', text);
  return given;
}

function expect(tokens: string[], wanted: string, text: string): void {
  if (tokens.shift() !== wanted) throw new ExpressionError(`The expression '[${text}]' lacks a '${wanted}'.`);
}
