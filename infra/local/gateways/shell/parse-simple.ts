/** Which words, assignments and redirections does one command have? */
import type { Cursor } from './cursor.js';
import { readRedirect } from './read-redirect.js';
import { readWord } from './read-word.js';
import { ModelGap, type Assignment, type Node, type Redirect, type Word } from './syntax.js';

/** Parses a command without structure. */
export function parseSimple(cursor: Cursor): Node {
  if (cursor.sees(/^\[\[\s/)) return conditionCommand(cursor);
  const assignments: Assignment[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  const declared: Assignment[] = [];
  for (;;) {
    const redirect = readRedirect(cursor);
    if (redirect !== undefined) {
      redirects.push(redirect);
      continue;
    }
    const assignment = words.length === 0 ? readAssignment(cursor) : undefined;
    if (assignment !== undefined) {
      assignments.push(assignment);
      continue;
    }
    const list = words.length > 0 && cursor.sees(/^[A-Za-z_]\w*=\(/) ? readAssignment(cursor) : undefined;
    if (list !== undefined) {
      words.push([{ kind: 'text', text: list.name, quoted: false }]);
      declared.push(list);
      continue;
    }
    const isAssigned = isDeclaration(words[0]) && cursor.sees(/^[A-Za-z_]\w*=/);
    const word = readWord(cursor);
    if (word.length === 0) break;
    // What is assigned in a declaration isn't split into fields.
    words.push(isAssigned ? word.map((part) => ({ ...part, quoted: true })) : word);
  }
  if (assignments.length + words.length + redirects.length === 0)
    throw new ModelGap(`The model cannot read: ${cursor.line()}`);
  return { kind: 'simple', assignments, words, redirects, declared };
}

function isDeclaration(word: Word | undefined): boolean {
  const [first] = word ?? [];
  return first?.kind === 'text' && (first.text === 'local' || first.text === 'export');
}

/** `[[ … ]]`: characters that would end a word elsewhere stand in its words. */
function conditionCommand(cursor: Cursor): Node {
  const words: Word[] = [];
  for (;;) {
    cursor.skipBlank();
    const word = readWord(cursor, /[\s]/);
    if (word.length === 0) throw new ModelGap('A [[ is not closed.');
    words.push(word);
    const [first] = word;
    if (word.length === 1 && first?.kind === 'text' && first.text === ']]')
      return { kind: 'simple', assignments: [], words, redirects: [] };
  }
}

function readAssignment(cursor: Cursor): Assignment | undefined {
  const head = cursor.takeMatch(/^[A-Za-z_]\w*\+?=/);
  if (head === '') return undefined;
  const appends = head.endsWith('+=');
  const name = head.slice(0, appends ? -2 : -1);
  if (cursor.peek() !== '(') return { name, appends, value: { word: readWord(cursor) } };
  cursor.expect('(');
  const items: Word[] = [];
  for (;;) {
    cursor.skipBlank();
    // A list may stand on several lines.
    if (cursor.peek() === '\n') {
      cursor.takeNewline();
      continue;
    }
    const word = readWord(cursor);
    if (word.length === 0) break;
    items.push(word);
  }
  cursor.expect(')');
  return { name, appends, value: { items } };
}
