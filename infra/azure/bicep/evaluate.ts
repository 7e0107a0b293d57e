/** Which value has an expression, as far as the files alone tell? What only a deployment knows stays unknown. */
import type { BicepFile, Expression } from './syntax-tree.js';

/** What only a deployment knows: a parameter, an id, what a service answers. */
export class Unknown {
  /** @param text how the file says it, with `${…}` around what isn't known */
  constructor(readonly text: string) {}
}

/** One of several, by a condition that only a deployment knows. */
export class OneOf {
  constructor(readonly options: readonly Value[]) {}
}

/** A value of Bicep. */
export type Value =
  string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value } | Unknown | OneOf;

/** What names in an expression refer to. */
export interface Scope {
  readonly file: BicepFile;
  /** Parsed JSON files, by their paths, for `loadJsonContent`. */
  readonly data: ReadonlyMap<string, unknown>;
}

/** Says whether a value has properties. */
export function isObject(value: Value | undefined): value is { readonly [key: string]: Value } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof OneOf)
  );
}

/** Says whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value at a path such as `properties.sku.name`; `undefined` when nothing is there. */
export function valueAt(value: Value | undefined, path: string): Value | undefined {
  return path.split('.').reduce<Value | undefined>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

/** Finds an expression's value. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'interpolation':
      return interpolated(expression.parts, scope);
    case 'name':
      return named(expression.name, scope);
    case 'property': {
      const of = evaluate(expression.of, scope);
      return (isObject(of) ? of[expression.name] : undefined) ?? new Unknown(`\${${textOf(expression)}}`);
    }
    case 'choice':
      return new OneOf([expression.then, expression.otherwise].map((option) => evaluate(option, scope)));
    case 'array':
      return expression.items.map((item) => evaluate(item, scope));
    case 'object':
      return Object.fromEntries(
        expression.properties.map(({ key, value }) => [keyOf(key, scope), evaluate(value, scope)]),
      );
    case 'call':
      return called(expression.name, expression.arguments, scope);
    case 'loop':
      return new OneOf([[], [evaluate(expression.body, scope)]]);
    case 'index':
    case 'nested':
    case 'unary':
    case 'binary':
      return new Unknown(`\${${textOf(expression)}}`);
  }
}

function keyOf(key: Expression, scope: Scope): string {
  const value = evaluate(key, scope);
  return value instanceof Unknown ? value.text : typeof value === 'string' ? value : '…';
}

function interpolated(parts: readonly (string | Expression)[], scope: Scope): Value {
  const values = parts.map((part) => (typeof part === 'string' ? part : evaluate(part, scope)));
  const texts = values.map((value) => {
    if (value instanceof Unknown) return value.text;
    return typeof value === 'object' ? '${…}' : String(value);
  });
  const isKnown = values.every((value) => typeof value !== 'object');
  return isKnown ? texts.join('') : new Unknown(texts.join(''));
}

function named(name: string, scope: Scope): Value {
  const found = scope.file.declarations.find((one) => one.name === name);
  return found?.kind === 'var' ? evaluate(found.value, scope) : new Unknown(`\${${name}}`);
}

function called(name: string, given: readonly Expression[], scope: Scope): Value {
  const values = given.map((one) => evaluate(one, scope));
  if (name === 'loadJsonContent' && typeof values[0] === 'string') {
    return (scope.data.get(values[0]) ?? new Unknown(values[0])) as Value; // JSON has no other values than these
  }
  if (name === 'union' && values.every(isObject)) return Object.assign({}, ...values) as Value; // all are objects
  if (name === 'concat' && values.every(isList)) return values.flat();
  return new Unknown(`\${${name}(${given.map(textOf).join(', ')})}`);
}

/** An expression as a person would write it in short. */
export function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? `'${expression.value}'` : String(expression.value);
    case 'interpolation':
      return `'${expression.parts.map((part) => (typeof part === 'string' ? part : `\${${textOf(part)}}`)).join('')}'`;
    case 'name':
      return expression.name;
    case 'property':
      return `${textOf(expression.of)}.${expression.name}`;
    case 'nested':
      return `${textOf(expression.of)}::${expression.name}`;
    case 'index':
      return `${textOf(expression.of)}[${textOf(expression.index)}]`;
    case 'call':
      return `${expression.name}(${expression.arguments.map(textOf).join(', ')})`;
    case 'unary':
      return `${expression.operator}${textOf(expression.of)}`;
    case 'binary':
      return `${textOf(expression.left)} ${expression.operator} ${textOf(expression.right)}`;
    case 'array':
      return `[${expression.items.map(textOf).join(', ')}]`;
    case 'choice':
    case 'object':
    case 'loop':
      return '…';
  }
}
