/** Is a resource's body as Microsoft describes it? Against the description of its type, whatever its API version. */
import { isList, isObject, OneOf, Unknown, type Value } from '../bicep/evaluate.js';
import type { Finding } from '../finding.js';
import { placeOf, type Template } from '../template.js';

/** The keywords that the descriptions use. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly const?: Value;
  readonly enum?: readonly Value[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly maxLength?: number;
  readonly readOnly?: boolean;
  readonly 'x-required'?: boolean;
}

/** A file of descriptions. */
export interface SchemaFile {
  readonly resources: Readonly<Record<string, Schema>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** Names that Bicep adds to a body, and that the type says elsewhere. */
const ofBicep = new Set(['scope', 'parent', 'dependsOn']);

const noNames: ReadonlySet<string> = new Set();

/** Checks every resource whose type is described, and says how many there were. */
export function checkSchemas(
  { resources }: Template,
  files: readonly SchemaFile[],
): { readonly findings: readonly Finding[]; readonly checked: number } {
  const findings: Finding[] = [];
  let checked = 0;
  for (const resource of resources) {
    const isOfType = (name: string) => name.toLowerCase().startsWith(`${resource.type.toLowerCase()}@`);
    for (const { resources: described, definitions } of files) {
      const schema = Object.entries(described).find(([name]) => isOfType(name))?.[1];
      if (schema === undefined || !isObject(resource.body)) continue;
      checked++;
      const body = Object.fromEntries(Object.entries(resource.body).filter(([key]) => !ofBicep.has(key)));
      const problems = problemsOf(body, schema, '', { definitions, inherited: noNames });
      findings.push(...problems.map((detail) => ({ rule: 'schema', ...placeOf(resource, detail) })));
    }
  }
  return { findings, checked };
}

interface Context {
  readonly definitions: SchemaFile['definitions'];
  /** Properties that a description over this one has declared: a discriminated one is told in two parts. */
  readonly inherited: ReadonlySet<string>;
}

function problemsOf(value: Value, schema: Schema, at: string, context: Context): readonly string[] {
  // What isn't known can't be wrong, and of what is chosen late each choice must be right.
  if (value instanceof Unknown) return [];
  if (value instanceof OneOf) return value.options.flatMap((one) => problemsOf(one, schema, at, context));
  const { $ref, allOf = [], anyOf, oneOf, properties } = schema;
  const declared = new Set([...context.inherited, ...Object.keys(properties ?? {})]);
  const alternatives = anyOf ?? oneOf;
  return [
    ...($ref === undefined ? [] : problemsOf(value, resolve($ref, context), at, context)),
    ...allOf.flatMap((one) => problemsOf(value, one, at, context)),
    ...own(value, schema, at, context),
    ...(alternatives === undefined
      ? []
      : fewest(alternatives.map((one) => problemsOf(value, one, at, { ...context, inherited: declared })))),
  ];
}

function resolve(reference: string, { definitions }: Context): Schema {
  return definitions[reference.replace('#/definitions/', '')] ?? {};
}

/** Problems of the alternative that fits best. */
function fewest(all: readonly (readonly string[])[]): readonly string[] {
  return all.reduce((best, one) => (one.length < best.length ? one : best), all[0] ?? []);
}

function own(value: Value, schema: Schema, at: string, context: Context): readonly string[] {
  const { type, const: constant, enum: values, maxLength } = schema;
  const where = at === '' ? 'the body' : at;
  if (type !== undefined && !isOfType(value, type)) return [`${where} must be of type ${type}`];
  const problems: string[] = [];
  if (constant !== undefined && value !== constant)
    problems.push(`${where} must be ${JSON.stringify(constant)}`);
  if (values !== undefined && !values.includes(value))
    problems.push(`${where} must be one of ${values.map((one) => JSON.stringify(one)).join(', ')}`);
  if (maxLength !== undefined && typeof value === 'string' && value.length > maxLength) {
    problems.push(`${where} has ${value.length} characters of at most ${maxLength}`);
  }
  if (isObject(value)) problems.push(...members(value, schema, at, context));
  const { items } = schema;
  if (isList(value) && items !== undefined) {
    problems.push(
      ...value.flatMap((one, index) =>
        problemsOf(one, items, `${at}[${index}]`, { ...context, inherited: noNames }),
      ),
    );
  }
  return problems;
}

function members(
  value: Readonly<Record<string, Value>>,
  { properties = {}, additionalProperties }: Schema,
  at: string,
  context: Context,
): readonly string[] {
  const pathOf = (key: string) => (at === '' ? key : `${at}.${key}`);
  const inner = { ...context, inherited: noNames };
  const missing = Object.entries(properties)
    .filter(([key, one]) => one['x-required'] === true && one.readOnly !== true && !(key in value))
    .map(([key]) => `${pathOf(key)} is missing`);
  const present = Object.entries(value).flatMap(([key, one]) => {
    const schema = properties[key];
    if (schema?.readOnly === true) return [`${pathOf(key)} is Azure’s to say`];
    if (schema !== undefined) return problemsOf(one, schema, pathOf(key), inner);
    if (typeof additionalProperties === 'object')
      return problemsOf(one, additionalProperties, pathOf(key), inner);
    return additionalProperties === false && !context.inherited.has(key)
      ? [`${pathOf(key)} is not known`]
      : [];
  });
  return [...missing, ...present];
}

function isOfType(value: Value, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return isList(value);
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}
