/** Which word begins here? Quotes, parameters and substitutions of the shell. */
import { ModelGap, type Parameter, type Part, type Word } from './syntax.js';
import type { Cursor } from './cursor.js';

const ends = /[\s;&|<>()]/;

/** Reads one word; empty when none begins at the cursor. */
export function readWord(cursor: Cursor, stop: RegExp = ends): Word {
  const parts: Part[] = [];
  while (!cursor.isAtEnd && !stop.test(cursor.peek())) {
    const next = cursor.peek();
    if (next === "'") parts.push(singleQuoted(cursor));
    else if (next === '"') parts.push(...doubleQuoted(cursor));
    else if (next === '$') parts.push(substitution(cursor, false));
    else if (next === '\\') parts.push(escaped(cursor));
    else if (next === '`') throw new ModelGap('The model knows no backquotes.');
    else parts.push({ kind: 'text', text: cursor.takeUntil((rest) => stopsText(rest, stop)), quoted: false });
  }
  return parts;
}

/** Reads a whole text as the inside of double quotes: a here-document without quotes. */
export function readQuoted(cursor: Cursor): Word {
  const parts: Part[] = [];
  while (!cursor.isAtEnd) parts.push(insideQuotes(cursor, /[$\\]/));
  return parts;
}

function stopsText(rest: string, stop: RegExp): boolean {
  const [first = ''] = rest;
  return stop.test(first) || '\'"$\\`'.includes(first);
}

function singleQuoted(cursor: Cursor): Part {
  cursor.expect("'");
  const text = cursor.peek() === "'" ? '' : cursor.takeUntil((rest) => rest.startsWith("'"));
  cursor.expect("'");
  return { kind: 'text', text, quoted: true };
}

function escaped(cursor: Cursor): Part {
  cursor.expect('\\');
  return { kind: 'text', text: cursor.take(1), quoted: true };
}

function doubleQuoted(cursor: Cursor): readonly Part[] {
  cursor.expect('"');
  const parts: Part[] = [{ kind: 'text', text: '', quoted: true }];
  while (cursor.peek() !== '"') parts.push(insideQuotes(cursor, /["$\\]/));
  cursor.expect('"');
  return parts;
}

function insideQuotes(cursor: Cursor, special: RegExp): Part {
  if (cursor.peek() === '$') return substitution(cursor, true);
  if (cursor.peek() === '\\') {
    cursor.expect('\\');
    const next = cursor.take(1);
    if (next === '\n') return { kind: 'text', text: '', quoted: true };
    return { kind: 'text', text: '$`"\\'.includes(next) ? next : `\\${next}`, quoted: true };
  }
  const text = cursor.takeUntil((rest) => special.test(rest.charAt(0)));
  if (cursor.isAtEnd && special.test('"')) throw new ModelGap('A double quote is not closed.');
  return { kind: 'text', text, quoted: true };
}

function substitution(cursor: Cursor, quoted: boolean): Part {
  if (cursor.startsWith('$((')) {
    cursor.expect('$((');
    const expression = readWord(cursor.inner('))', '(('), /(?!)/);
    return { kind: 'arithmetic', expression, quoted };
  }
  if (cursor.startsWith('$(')) {
    cursor.expect('$(');
    const body = cursor.readScript(')');
    cursor.expect(')');
    return { kind: 'command', body, quoted };
  }
  if (cursor.startsWith('${')) return { kind: 'parameter', parameter: braced(cursor), quoted };
  cursor.expect('$');
  const name = cursor.takeMatch(/^(?:[A-Za-z_]\w*|[0-9@*#?!$])/);
  if (name === '') return { kind: 'text', text: '$', quoted };
  return { kind: 'parameter', parameter: { name, isLength: false, ...everything(name) }, quoted };
}

/** `$@` and `$*` are lists, as `${name[@]}` and `${name[*]}`. */
function everything(name: string): Pick<Parameter, 'subscript'> {
  if (name === '@') return { subscript: '@' };
  return name === '*' ? { subscript: '*' } : {};
}

function braced(cursor: Cursor): Parameter {
  cursor.expect('${');
  const isLength = cursor.takeMatch(/^#(?=[A-Za-z_@*])/) !== '';
  const name = cursor.takeMatch(/^(?:[A-Za-z_]\w*|[0-9@*#?!$])/);
  const subscript = /[@*]/.exec(cursor.takeMatch(/^\[[@*]\]/))?.[0];
  const list = everything(subscript ?? name);
  if (cursor.takeMatch(/^\}/) !== '') return { name, isLength, ...list };
  const operator = operatorOf(cursor.takeMatch(/^(?::-|%%|##|\/\/|[-%#/:])/));
  const separator = operator === ':' ? /[:}]/ : operator.startsWith('/') ? /[/}]/ : /\}/;
  const operands = [readWord(cursor, separator)];
  while (cursor.takeMatch(/^[:/]/) !== '') operands.push(readWord(cursor, /\}/));
  cursor.expect('}');
  return { name, isLength, ...list, change: { operator, operands } };
}

const operators = [':-', '-', '%', '%%', '#', '##', '//', '/', ':'] as const;

function operatorOf(text: string): (typeof operators)[number] {
  const operator = operators.find((known) => known === text);
  if (operator === undefined)
    throw new ModelGap('A parameter is changed in a way that the model does not know.');
  return operator;
}
