/** What does an expression say? Recursive descent, with Bicep's precedence of operators. */
import type { Expression, Loop, ObjectExpression, Property, ResourceDeclaration } from './syntax-tree.js';
import { SyntaxProblem, type Token } from './tokens.js';

/** Operators from the loosest to the tightest (Microsoft Learn, Bicep operators). */
const levels = [['??'], ['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];

/** Reads words one after another. */
export class TokenCursor {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.#at + ahead, this.tokens.length - 1)] ?? end;
  }

  take(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the next word when it is this one. */
  takes(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || token.kind === 'string') return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    const { line } = this.peek();
    if (!this.takes(text))
      throw new SyntaxProblem(line, `${JSON.stringify(text)} is missing before ${shown(this.peek())}`);
  }

  name(): string {
    const token = this.take();
    if (token.kind !== 'name')
      throw new SyntaxProblem(token.line, `a name is missing before ${shown(token)}`);
    return token.text;
  }

  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.take();
  }
}

const end: Token = { kind: 'end', text: '', line: 0 };

/** A word as a message names it. */
export function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : kind === 'newline' ? 'the end of the line' : JSON.stringify(text);
}

/** Reads a resource that is declared inside the body of another. */
export type ReadNested = (cursor: TokenCursor) => ResourceDeclaration;

/** Reads one expression. */
export function parseExpression(cursor: TokenCursor): Expression {
  const { line } = cursor.peek();
  const condition = binary(cursor, 0);
  if (!cursor.takes('?')) return condition;
  const then = parseExpression(cursor);
  cursor.expect(':');
  return { kind: 'choice', line, condition, then, otherwise: parseExpression(cursor) };
}

function binary(cursor: TokenCursor, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return unary(cursor);
  let left = binary(cursor, level + 1);
  for (;;) {
    const { kind, text, line } = cursor.peek();
    if (kind !== 'mark' || !operators.includes(text)) return left;
    cursor.take();
    left = { kind: 'binary', line, operator: text, left, right: binary(cursor, level + 1) };
  }
}

function unary(cursor: TokenCursor): Expression {
  const { line } = cursor.peek();
  for (const operator of ['!', '-']) {
    if (cursor.takes(operator)) return { kind: 'unary', line, operator, of: unary(cursor) };
  }
  return member(cursor);
}

function member(cursor: TokenCursor): Expression {
  let of = primary(cursor);
  for (;;) {
    const { line } = cursor.peek();
    if (cursor.takes('.') || cursor.takes('.?')) {
      const name = cursor.name();
      // A method, such as `account.listKeys()`, is a call with what it is called on as its first argument.
      of = cursor.takes('(')
        ? { kind: 'call', line, name, arguments: [of, ...argumentsOf(cursor)] }
        : { kind: 'property', line, of, name };
    } else if (cursor.takes('::')) of = { kind: 'nested', line, of, name: cursor.name() };
    else if (cursor.takes('[')) {
      of = { kind: 'index', line, of, index: parseExpression(cursor) };
      cursor.expect(']');
    } else return of;
  }
}

function primary(cursor: TokenCursor): Expression {
  const token = cursor.take();
  const { line } = token;
  switch (token.kind) {
    case 'string':
      return stringOf(token);
    case 'number':
      return { kind: 'literal', line, value: Number(token.text) };
    case 'name':
      if (cursor.takes('(')) return { kind: 'call', line, name: token.text, arguments: argumentsOf(cursor) };
      if (token.text === 'true' || token.text === 'false') {
        return { kind: 'literal', line, value: token.text === 'true' };
      }
      return token.text === 'null'
        ? { kind: 'literal', line, value: null }
        : { kind: 'name', line, name: token.text };
    case 'mark':
      if (token.text === '{') return objectOf(cursor, line, noNested);
      if (token.text === '[') return arrayOf(cursor, line);
      if (token.text === '(') {
        const inner = parseExpression(cursor);
        cursor.expect(')');
        return inner;
      }
      break;
    case 'newline':
    case 'end':
      break;
  }
  throw new SyntaxProblem(line, `an expression is missing before ${shown(token)}`);
}

function stringOf({ parts, line }: Token & { readonly kind: 'string' }): Expression {
  const [only, ...more] = parts;
  if (typeof only === 'string' && more.length === 0) return { kind: 'literal', line, value: only };
  return {
    kind: 'interpolation',
    line,
    parts: parts.map((part) => {
      if (typeof part === 'string') return part;
      const inner = new TokenCursor(part);
      const expression = parseExpression(inner);
      if (inner.peek().kind !== 'end')
        throw new SyntaxProblem(line, `${shown(inner.peek())} is too much in \${…}`);
      return expression;
    }),
  };
}

/** Arguments up to the parenthesis that closes them. */
export function argumentsOf(cursor: TokenCursor): readonly Expression[] {
  const found: Expression[] = [];
  cursor.skipNewlines();
  while (!cursor.takes(')')) {
    found.push(parseExpression(cursor));
    cursor.skipNewlines();
    if (cursor.takes(',')) cursor.skipNewlines();
    else {
      cursor.expect(')');
      break;
    }
  }
  return found;
}

function arrayOf(cursor: TokenCursor, line: number): Expression {
  cursor.skipNewlines();
  if (cursor.peek().kind === 'name' && cursor.peek().text === 'for') {
    const loop = parseLoop(cursor);
    const body = parseExpression(cursor);
    cursor.skipNewlines();
    cursor.expect(']');
    return { kind: 'loop', line, loop, body };
  }
  const items: Expression[] = [];
  while (!cursor.takes(']')) {
    items.push(parseExpression(cursor));
    separator(cursor, ']');
  }
  return { kind: 'array', line, items };
}

/** `for item in over:` up to the colon. */
export function parseLoop(cursor: TokenCursor): Loop {
  cursor.expect('for');
  const isPair = cursor.takes('(');
  const item = cursor.name();
  const index = isPair && cursor.takes(',') ? cursor.name() : undefined;
  if (isPair) cursor.expect(')');
  cursor.expect('in');
  const over = parseExpression(cursor);
  cursor.expect(':');
  return { item, index, over };
}

const noNested: ReadNested = (cursor) => {
  throw new SyntaxProblem(cursor.peek().line, 'a resource is declared inside what is no resource');
};

/** An object after its opening brace. */
export function objectOf(cursor: TokenCursor, line: number, readNested: ReadNested): ObjectExpression {
  const properties: Property[] = [];
  const resources: ResourceDeclaration[] = [];
  cursor.skipNewlines();
  while (!cursor.takes('}')) {
    const isNested =
      cursor.peek().text === '@' || (cursor.peek().text === 'resource' && cursor.peek(1).kind === 'name');
    if (isNested) resources.push(readNested(cursor));
    else properties.push(propertyAt(cursor, properties));
    separator(cursor, '}');
  }
  return { kind: 'object', line, properties, resources };
}

function propertyAt(cursor: TokenCursor, before: readonly Property[]): Property {
  const token = cursor.take();
  const { line } = token;
  if (token.kind !== 'name' && token.kind !== 'string') {
    throw new SyntaxProblem(line, `a property is missing before ${shown(token)}`);
  }
  const key: Expression =
    token.kind === 'string' ? stringOf(token) : { kind: 'literal', line, value: token.text };
  if (
    key.kind === 'literal' &&
    before.some((one) => one.key.kind === 'literal' && one.key.value === key.value)
  ) {
    throw new SyntaxProblem(line, `property ${String(key.value)} is there twice`);
  }
  cursor.expect(':');
  return { key, line, value: parseExpression(cursor) };
}

/** Items stand on lines of their own, or have commas between them. */
function separator(cursor: TokenCursor, closing: string): void {
  const { kind, text, line } = cursor.peek();
  if (kind === 'newline') cursor.skipNewlines();
  else if (cursor.takes(',')) cursor.skipNewlines();
  else if (text !== closing)
    throw new SyntaxProblem(line, `${shown(cursor.peek())} is too much on this line`);
}
