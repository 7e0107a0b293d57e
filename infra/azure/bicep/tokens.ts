/** Which words does a Bicep file have? The lexical part of the language, as far as our own files use it. */

/** A word, with the line that it stands on, from 1. */
export type Token =
  | {
      readonly kind: 'name' | 'number' | 'mark' | 'newline' | 'end';
      readonly text: string;
      readonly line: number;
    }
  | {
      readonly kind: 'string';
      readonly text: string;
      readonly line: number;
      readonly parts: readonly StringPart[];
    };

/** Text of a string as it is meant, or the words of an expression inside `${…}`. */
export type StringPart = string | readonly Token[];

/** What is wrong with a file's syntax; caught by `readBicep` alone. */
export class SyntaxProblem extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

const marks = ['::', '==', '!=', '<=', '>=', '&&', '||', '??', '.?', ...Array.from('{}[]():,.=?!<>+-*/%@')];
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '\\': '\\', $: '$' };

/** Cuts a file into words; ends with one of kind `end`. Throws `SyntaxProblem`. */
export function tokensOf(text: string): readonly Token[] {
  const reader = new Reader(text);
  const tokens: Token[] = [];
  for (let token = reader.next(); ; token = reader.next()) {
    tokens.push(token);
    if (token.kind === 'end') return tokens;
  }
}

class Reader {
  #at = 0;
  #line = 1;

  constructor(private readonly text: string) {}

  next(): Token {
    this.#skipSpace();
    const line = this.#line;
    const rest = this.text.slice(this.#at);
    if (rest === '') return { kind: 'end', text: '', line };
    if (rest.startsWith('\n')) {
      this.#at++;
      this.#line++;
      return { kind: 'newline', text: '\n', line };
    }
    if (rest.startsWith("'")) return this.#string();
    const word = /^(?:[A-Za-z_]\w*|\d+)/.exec(rest)?.[0];
    if (word !== undefined) {
      this.#at += word.length;
      return { kind: /^\d/.test(word) ? 'number' : 'name', text: word, line };
    }
    const mark = marks.find((one) => rest.startsWith(one));
    if (mark === undefined) throw new SyntaxProblem(line, `${JSON.stringify(rest[0])} is no word of Bicep`);
    this.#at += mark.length;
    return { kind: 'mark', text: mark, line };
  }

  #skipSpace(): void {
    for (;;) {
      const rest = this.text.slice(this.#at);
      const space = /^(?:[ \t\r]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
      if (space === undefined) return;
      this.#at += space.length;
      this.#line += space.split('\n').length - 1;
    }
  }

  #string(): Token {
    const [start, line] = [this.#at, this.#line];
    const parts: StringPart[] = [];
    let plain = '';
    this.#at++;
    for (;;) {
      const sign = this.text[this.#at];
      if (sign === undefined || sign === '\n')
        throw new SyntaxProblem(line, 'a string has no end on its line');
      this.#at++;
      if (sign === "'") break;
      if (sign === '\\') {
        const escaped = escapes[this.text[this.#at] ?? ''];
        if (escaped === undefined)
          throw new SyntaxProblem(line, `\\${this.text[this.#at] ?? ''} is no escape`);
        this.#at++;
        plain += escaped;
      } else if (sign === '$' && this.text[this.#at] === '{') {
        this.#at++;
        parts.push(plain, this.#interpolated(line));
        plain = '';
      } else plain += sign;
    }
    parts.push(plain);
    return { kind: 'string', text: this.text.slice(start, this.#at), line, parts };
  }

  /** The words up to the brace that closes `${`. */
  #interpolated(line: number): readonly Token[] {
    const tokens: Token[] = [];
    for (let depth = 0; ;) {
      const token = this.next();
      if (token.kind === 'end' || token.kind === 'newline') throw new SyntaxProblem(line, '${ is not closed');
      if (token.text === '}' && token.kind === 'mark' && depth-- === 0) break;
      if (token.text === '{' && token.kind === 'mark') depth++;
      tokens.push(token);
    }
    return [...tokens, { kind: 'end', text: '', line }];
  }
}
