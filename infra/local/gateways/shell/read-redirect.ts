/** Where does a command read from and write to? */
import type { Cursor } from './cursor.js';
import { Cursor as TextCursor } from './cursor.js';
import { readQuoted, readWord } from './read-word.js';
import { ModelGap, type Redirect, type Word } from './syntax.js';

/** Reads one redirection; `undefined` when none is next. */
export function readRedirect(cursor: Cursor): Redirect | undefined {
  cursor.skipBlank();
  if (cursor.startsWith('2>&1')) {
    cursor.expect('2>&1');
    return { kind: 'errors-to-output' };
  }
  const operator = cursor.takeMatch(/^(?:<<|<|[129]?>>?)/);
  if (operator === '') return undefined;
  if (operator === '<<') return document(cursor);
  cursor.skipBlank();
  const target = readWord(cursor);
  if (operator === '<') return { kind: 'read', target };
  const from = operator.startsWith('2') ? 2 : operator.startsWith('9') ? 9 : 1;
  return { kind: 'write', from, appends: operator.endsWith('>>'), target };
}

function document(cursor: Cursor): Redirect {
  const quoted = cursor.takeMatch(/^'[A-Za-z_]+'/);
  const end = quoted === '' ? cursor.takeMatch(/^[A-Za-z_]+/) : quoted.slice(1, -1);
  if (end === '') throw new ModelGap(`The model cannot read the here-document at: ${cursor.line()}`);
  // The body stands below the line, so it is only known when the line has been read.
  const redirect: { kind: 'document'; text: Word } = { kind: 'document', text: [] };
  cursor.awaitDocument(end, (text) => {
    redirect.text = quoted === '' ? expandable(text) : [{ kind: 'text', text, quoted: true }];
  });
  return redirect;
}

function expandable(text: string): Word {
  return readQuoted(
    new TextCursor(text, () => {
      throw new ModelGap('A here-document holds a command.');
    }),
  );
}
