/** Does a path fit a route template? Templates of ASP.NET Core, such as `sites/{name:alpha}/{rest?}` and `{*path}`. */
import { readConstraint, type Constraint } from './route-constraints.js';

/** One segment of a template. */
type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  | { readonly kind: 'rest'; readonly parameter: Parameter };

interface Parameter {
  readonly name: string;
  readonly isOptional: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: readonly Constraint[];
}

/** A template that was read. */
export type Template = readonly Segment[];

/**
 * Reads a template.
 *
 * @throws Error that names the template and what is wrong with it
 */
export function readTemplate(text: string): Template {
  try {
    return readSegments(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The route "${text}" can't be served: ${why}.`, { cause: error });
  }
}

function readSegments(text: string): Template {
  const trimmed = text.replace(/^\/|\/$/g, '');
  const segments = trimmed === '' ? [] : splitOutside(trimmed, '/', '{}').map(readSegment);
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'literal') continue;
    const { name, isOptional } = segment.parameter;
    if (names.has(name.toLowerCase())) throw new Error(`the parameter "${name}" stands twice in it`);
    names.add(name.toLowerCase());
    const isLast = index === segments.length - 1;
    if (segment.kind === 'rest' && !isLast) throw new Error(`"{*${name}}" has to be the last segment`);
    const following = segments[index + 1];
    if (isOptional && following !== undefined && !mayBeAbsent(following))
      throw new Error(`"{${name}?}" is followed by something that may not be absent`);
  }
  return segments;
}

function readSegment(text: string): Segment {
  if (text === '') throw new Error('it has an empty segment');
  if (!text.includes('{')) {
    if (/[?}]/.test(text)) throw new Error(`"${text}" holds a sign that only parameters may hold`);
    return { kind: 'literal', text };
  }
  const [, stars = '', inner] = /^\{(\*{0,2})(.+)\}$/s.exec(text) ?? [];
  // Doubled brackets are a pattern's own; a single one begins a second part.
  if (inner === undefined || /[{}]/.test(inner.replace(/\{\{|\}\}/g, '')))
    throw new Error(`"${text}" isn't one parameter; segments of several parts aren't served locally`);
  const parameter = readParameter(inner.replaceAll('{{', '{').replaceAll('}}', '}'));
  if (stars !== '' && parameter.isOptional) throw new Error(`"${text}" is optional by itself, without "?"`);
  return { kind: stars === '' ? 'parameter' : 'rest', parameter };
}

/** Reads `name:constraint:constraint=default`, or `name:constraint?`. */
function readParameter(inner: string): Parameter {
  const [front = '', ...defaults] = splitOutside(inner, '=', '()');
  const defaultValue = defaults.length === 0 ? undefined : defaults.join('=');
  const isOptional = front.endsWith('?');
  const [name = '', ...constraints] = splitOutside(isOptional ? front.slice(0, -1) : front, ':', '()');
  if (!/^\w+$/.test(name)) throw new Error(`"{${inner}}" has no name of letters, digits and underscores`);
  if (defaultValue !== undefined && (isOptional || defaultValue.endsWith('?')))
    throw new Error(`"{${inner}}" has a default, and so isn't optional`);
  return { name, isOptional, defaultValue, constraints: constraints.map(readConstraint) };
}

/** Splits a text where the separator stands outside of brackets. */
function splitOutside(text: string, separator: string, brackets: '{}' | '()'): readonly string[] {
  const [open, close] = brackets;
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const sign of text) {
    if (sign === open) depth++;
    else if (sign === close) depth--;
    if (sign === separator && depth === 0) {
      parts.push(part);
      part = '';
    } else part += sign;
  }
  return [...parts, part];
}

/**
 * Matches a path of a URL, still encoded, without the prefix that all routes have.
 *
 * @returns the parameters, decoded; `undefined` when the path doesn't fit
 * @throws URIError when the path isn't encoded as it should be
 */
export function matchTemplate(
  template: Template,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const given = path.replace(/^\/|\/$/g, '').split('/');
  if (given.length === 1 && given[0] === '') given.length = 0;
  const params: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    if (segment.kind === 'literal') {
      const value = given[index];
      if (value === undefined || decode(value).toLowerCase() !== segment.text.toLowerCase()) return undefined;
      continue;
    }
    const raw = segment.kind === 'rest' ? given.slice(index).join('/') : (given[index] ?? '');
    const value = raw === '' ? segment.parameter.defaultValue : decode(raw);
    if (value === undefined) {
      if (!mayBeAbsent(segment)) return undefined;
    } else if (segment.parameter.constraints.some((isAllowed) => !isAllowed(value))) return undefined;
    else params[segment.parameter.name] = value;
    if (segment.kind === 'rest') return params;
  }
  return given.length > template.length ? undefined : params;
}

/** Says whether some path may fit both templates, and the first one's fits less: a literal where the other has a parameter. */
export function isNarrower(narrow: Template, wide: Template): boolean {
  if (narrow.length !== wide.length && wide.at(-1)?.kind !== 'rest') return false;
  let isLess = false;
  for (const [index, segment] of narrow.entries()) {
    const other = wide[Math.min(index, wide.length - 1)];
    if (other === undefined) return false;
    if (segment.kind === 'literal' && other.kind === 'literal') {
      if (segment.text.toLowerCase() !== other.text.toLowerCase()) return false;
    } else if (segment.kind === 'literal' && other.kind !== 'literal') {
      if (other.parameter.constraints.some((isAllowed) => !isAllowed(segment.text))) return false;
      isLess = true;
    } else if (segment.kind === 'parameter' && other.kind === 'rest') isLess = true;
    else if (other.kind === 'literal') return false;
  }
  return isLess;
}

function mayBeAbsent(segment: Segment): boolean {
  if (segment.kind === 'literal') return false;
  const { isOptional, defaultValue } = segment.parameter;
  return segment.kind === 'rest' || isOptional || defaultValue !== undefined;
}

/** All but an encoded slash is decoded before routing (Kestrel's PathDecoder). */
function decode(value: string): string {
  return decodeURIComponent(value.replace(/%(?=2f)/gi, '%25'));
}
