/** Which commands does a script hold, and how do they hang together? */
import { Cursor } from './cursor.js';
import { parseSimple } from './parse-simple.js';
import { readRedirect } from './read-redirect.js';
import { readWord } from './read-word.js';
import { ModelGap, type Node, type Redirect, type Word } from './syntax.js';

/** Parses a script. What the rendered scripts don't use is refused by name, as a gap of the model. */
export function parseShell(text: string): readonly Node[] {
  const cursor = new Cursor(text.endsWith('\n') ? text : `${text}\n`, (at, end) => list(at, [end]));
  const nodes = list(cursor, []);
  if (!cursor.isAtEnd) throw new ModelGap(`The model cannot read: ${cursor.line()}`);
  return nodes;
}

const keywordEnd = /^(?=[\s;&|()]|$)/;

function list(cursor: Cursor, ends: readonly string[]): readonly Node[] {
  const nodes: Node[] = [];
  for (;;) {
    skipSeparators(cursor);
    if (cursor.isAtEnd || ends.some((end) => isNext(cursor, end))) return nodes;
    nodes.push(andOr(cursor));
    cursor.skipBlank();
    if (cursor.peek() === '&') throw new ModelGap(`The model has no background commands: ${cursor.line()}`);
  }
}

function isNext(cursor: Cursor, end: string): boolean {
  if (!cursor.startsWith(end)) return false;
  return !/^\w+$/.test(end) || cursor.sees(new RegExp(`^${end}(?=[\\s;&|()]|$)`));
}

function skipSeparators(cursor: Cursor): void {
  for (;;) {
    cursor.skipBlank();
    if (cursor.peek() === '\n') cursor.takeNewline();
    else if (cursor.peek() === ';' && !cursor.startsWith(';;')) cursor.expect(';');
    else return;
  }
}

function andOr(cursor: Cursor): Node {
  let left = pipeline(cursor);
  for (;;) {
    cursor.skipBlank();
    const operator = cursor.startsWith('&&') ? '&&' : cursor.startsWith('||') ? '||' : undefined;
    if (operator === undefined) return left;
    cursor.expect(operator);
    skipLines(cursor);
    left = { kind: 'and-or', left, operator, right: pipeline(cursor) };
  }
}

function pipeline(cursor: Cursor): Node {
  cursor.skipBlank();
  const isNegated = cursor.takeMatch(/^!(?=\s)/) !== '';
  const stages = [command(cursor)];
  for (;;) {
    cursor.skipBlank();
    if (cursor.peek() !== '|' || cursor.startsWith('||')) break;
    cursor.expect('|');
    skipLines(cursor);
    stages.push(command(cursor));
  }
  const [only] = stages;
  return stages.length === 1 && !isNegated && only !== undefined
    ? only
    : { kind: 'pipeline', stages, isNegated };
}

function command(cursor: Cursor): Node {
  cursor.skipBlank();
  const name = cursor.takeMatch(/^[A-Za-z_][\w-]*(?=\(\))/);
  if (name !== '') {
    cursor.expect('()');
    return { kind: 'function', name, body: command(cursor) };
  }
  const body = compound(cursor);
  if (body === undefined) return parseSimple(cursor);
  const redirects: Redirect[] = [];
  for (let next = readRedirect(cursor); next !== undefined; next = readRedirect(cursor)) redirects.push(next);
  return redirects.length === 0 ? body : { kind: 'redirected', body, redirects };
}

function compound(cursor: Cursor): Node | undefined {
  if (keyword(cursor, 'if')) return conditional(cursor);
  if (keyword(cursor, 'for')) return loop(cursor);
  if (keyword(cursor, 'while')) return repeat(cursor, false);
  if (keyword(cursor, 'until')) return repeat(cursor, true);
  if (keyword(cursor, 'case')) return choice(cursor);
  if (keyword(cursor, '{')) return group(cursor, '}', false);
  if (cursor.peek() === '(') {
    cursor.expect('(');
    return group(cursor, ')', true);
  }
  return undefined;
}

function group(cursor: Cursor, end: string, isSubshell: boolean): Node {
  const body = list(cursor, [end]);
  cursor.expect(end);
  return { kind: 'group', isSubshell, body };
}

function conditional(cursor: Cursor): Node {
  const branches: { condition: readonly Node[]; body: readonly Node[] }[] = [];
  do {
    const condition = list(cursor, ['then']);
    cursor.expect('then');
    branches.push({ condition, body: list(cursor, ['elif', 'else', 'fi']) });
  } while (keyword(cursor, 'elif'));
  const otherwise = keyword(cursor, 'else') ? list(cursor, ['fi']) : [];
  cursor.expect('fi');
  return { kind: 'if', branches, otherwise };
}

function loop(cursor: Cursor): Node {
  cursor.skipBlank();
  const name = cursor.takeMatch(/^[A-Za-z_]\w*/);
  cursor.skipBlank();
  cursor.expect('in');
  const items: Word[] = [];
  for (;;) {
    cursor.skipBlank();
    const word = readWord(cursor);
    if (word.length === 0) break;
    items.push(word);
  }
  return { kind: 'for', name, items, body: doBlock(cursor) };
}

function repeat(cursor: Cursor, until: boolean): Node {
  const condition = list(cursor, ['do']);
  return { kind: 'while', until, condition, body: doBlock(cursor) };
}

function doBlock(cursor: Cursor): readonly Node[] {
  skipSeparators(cursor);
  cursor.expect('do');
  const body = list(cursor, ['done']);
  cursor.expect('done');
  return body;
}

function choice(cursor: Cursor): Node {
  cursor.skipBlank();
  const subject = readWord(cursor);
  cursor.skipBlank();
  cursor.expect('in');
  const arms: { patterns: readonly Word[]; body: readonly Node[] }[] = [];
  for (;;) {
    skipLines(cursor);
    if (keyword(cursor, 'esac')) return { kind: 'case', subject, arms };
    cursor.takeMatch(/^\(/);
    const patterns = [readWord(cursor)];
    while (cursor.takeMatch(/^ *\| */) !== '') patterns.push(readWord(cursor));
    cursor.skipBlank();
    cursor.expect(')');
    arms.push({ patterns, body: list(cursor, [';;', 'esac']) });
    cursor.takeMatch(/^;;/);
  }
}

function skipLines(cursor: Cursor): void {
  cursor.skipBlank();
  while (cursor.peek() === '\n') {
    cursor.takeNewline();
    cursor.skipBlank();
  }
}

function keyword(cursor: Cursor, name: string): boolean {
  if (!cursor.startsWith(name) || !cursor.sees(keywordEnd, name.length)) return false;
  cursor.expect(name);
  return true;
}
