/** What does a policy's field stand for in a resource? Its name and tags, or an alias of one of its properties. */
import { asList, asRecord, asText, type Json } from './json.js';

/** A resource as policies see it: what was sent for it, or is to be. */
export interface PolicySubject {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly resourceGroup: string;
  /** Location, tags, sku, properties. */
  readonly content: Json;
}

/** What stands at a field: one value, or one for each element of a list that the alias names by `[*]`. */
export interface FieldValues {
  readonly values: readonly unknown[];
  readonly isList: boolean;
}

/** Aliases whose path isn't that of the property (`az provider list --expand "resourceTypes/aliases"`, by name). */
const paths: Readonly<Record<string, string>> = {
  'microsoft.compute/virtualmachines/sku.name': 'hardwareProfile.vmSize',
  'microsoft.compute/virtualmachines/imagepublisher': 'storageProfile.imageReference.publisher',
  'microsoft.compute/virtualmachines/imageoffer': 'storageProfile.imageReference.offer',
  'microsoft.compute/virtualmachines/imagesku': 'storageProfile.imageReference.sku',
  'microsoft.compute/imagepublisher': 'storageProfile.imageReference.publisher',
  'microsoft.compute/imageoffer': 'storageProfile.imageReference.offer',
  'microsoft.compute/imagesku': 'storageProfile.imageReference.sku',
};

const tagField = /^tags(?:\.(.+)|\['?(.+?)'?\])$/i;

/** Name of the tag that a field is about; `undefined` for other fields. */
export function tagOf(field: string): string | undefined {
  const [, dotted, bracketed] = tagField.exec(field) ?? [];
  return dotted ?? bracketed;
}

/** Reads a field. An alias of another type than the resource's has no value. */
export function valuesOf(subject: PolicySubject, field: string): FieldValues {
  const tag = tagOf(field);
  if (tag !== undefined) return one(memberOf(subject.content['tags'], tag));
  switch (field.toLowerCase()) {
    case 'type':
      return one(subject.type);
    case 'name':
    case 'fullname':
      return one(subject.name);
    case 'id':
      return one(subject.id);
    case 'location':
    case 'kind':
    case 'tags':
      return one(memberOf(subject.content, field));
    default:
      return aliasValues(subject, field);
  }
}

function one(value: unknown): FieldValues {
  return { values: [value], isList: false };
}

function aliasValues({ type, content }: PolicySubject, alias: string): FieldValues {
  const known = paths[alias.toLowerCase()];
  const isMine = alias.toLowerCase().startsWith(`${type.toLowerCase()}/`);
  const isShort = known !== undefined && /^microsoft\.compute\/[^/]+$/i.test(alias);
  if (!isMine && !(isShort && type.toLowerCase() === 'microsoft.compute/virtualmachines'))
    return one(undefined);
  const path = (known ?? alias.slice(type.length + 1)).split('.');
  return walk([content], path, false);
}

function walk(from: readonly unknown[], [step, ...rest]: readonly string[], isList: boolean): FieldValues {
  if (step === undefined) return { values: from, isList };
  const isEach = step.endsWith('[*]');
  const name = isEach ? step.slice(0, -'[*]'.length) : step;
  const found = from.map((value) => propertyOf(value, name));
  return walk(isEach ? found.flatMap(asList) : found, rest, isList || isEach);
}

/** A property stands in the object itself or, as aliases leave out, in its `properties`. */
function propertyOf(value: unknown, name: string): unknown {
  return memberOf(asRecord(value)['properties'], name) ?? memberOf(value, name);
}

/** Names compare without regard to case. */
function memberOf(value: unknown, name: string): unknown {
  const wanted = name.toLowerCase();
  return Object.entries(asRecord(value)).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** Name under which an object has a member, whatever its case; the wanted one when it has none. */
function nameIn(object: Json, wanted: string): string {
  return Object.keys(object).find((key) => key.toLowerCase() === wanted.toLowerCase()) ?? wanted;
}

/** The content with a field set, or without it; lists can't be written by their elements. */
export function withField(subject: PolicySubject, field: string, value: unknown): Json {
  const tag = tagOf(field);
  const path =
    tag === undefined ? aliasPath(subject, field) : ['tags', nameIn(asRecord(subject.content['tags']), tag)];
  return set(subject.content, path, value);
}

function aliasPath({ type, content }: PolicySubject, field: string): readonly string[] {
  if (!field.toLowerCase().startsWith(`${type.toLowerCase()}/`)) return [nameIn(content, field)];
  const path = (paths[field.toLowerCase()] ?? asText(field.slice(type.length + 1))).split('.');
  return ['properties', ...path];
}

function set(object: Json, [step = '', ...rest]: readonly string[], value: unknown): Json {
  const name = nameIn(object, step);
  const inner = rest.length === 0 ? value : set(asRecord(object[name]), rest, value);
  const others = Object.entries(object).filter(([key]) => key !== name);
  return Object.fromEntries(inner === undefined ? others : [...others, [name, inner]]);
}
