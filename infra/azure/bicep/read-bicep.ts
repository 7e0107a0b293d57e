/** What does a file declare? Or what is wrong with its syntax, and on which line? */
import { argumentsOf, objectOf, parseExpression, parseLoop, shown, TokenCursor } from './parse-expression.js';
import type {
  BicepFile,
  Declaration,
  Decorator,
  Expression,
  Loop,
  ObjectExpression,
  ResourceDeclaration,
} from './syntax-tree.js';
import { SyntaxProblem, tokensOf } from './tokens.js';

/** A file that was read, or the first thing that can't be. */
export type ReadResult =
  | { readonly ok: true; readonly file: BicepFile }
  | { readonly ok: false; readonly line: number; readonly message: string };

/** Reads a `.bicep` or `.bicepparam` file of the subset that infra/azure is written in. */
export function readBicep(path: string, text: string): ReadResult {
  try {
    return { ok: true, file: fileOf(path, new TokenCursor(tokensOf(text))) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, line: error.line, message: error.message };
    throw error;
  }
}

function fileOf(path: string, cursor: TokenCursor): BicepFile {
  let targetScope = 'resourceGroup';
  let using: string | undefined;
  const declarations: Declaration[] = [];
  cursor.skipNewlines();
  while (cursor.peek().kind !== 'end') {
    if (cursor.takes('targetScope')) {
      cursor.expect('=');
      targetScope = literalText(cursor);
    } else if (cursor.takes('using')) using = literalText(cursor);
    else declarations.push(declaration(cursor));
    const { kind, line } = cursor.peek();
    if (kind !== 'newline' && kind !== 'end') {
      throw new SyntaxProblem(line, `${shown(cursor.peek())} is too much on this line`);
    }
    cursor.skipNewlines();
  }
  return { path, targetScope, using, declarations };
}

function literalText(cursor: TokenCursor): string {
  const expression = parseExpression(cursor);
  if (expression.kind === 'literal' && typeof expression.value === 'string') return expression.value;
  throw new SyntaxProblem(expression.line, 'a string without an expression in it is missing');
}

function declaration(cursor: TokenCursor): Declaration {
  const decorators = decoratorsOf(cursor);
  const { line, text } = cursor.peek();
  const keyword = cursor.name();
  switch (keyword) {
    case 'param': {
      const name = cursor.name();
      const type = cursor.peek().kind === 'name' ? typeOf(cursor) : undefined;
      const value = cursor.takes('=') ? parseExpression(cursor) : undefined;
      return { kind: 'param', name, line, decorators, type, value };
    }
    case 'var': {
      const name = cursor.name();
      cursor.expect('=');
      return { kind: 'var', name, line, decorators, value: parseExpression(cursor) };
    }
    case 'output': {
      const [name, type] = [cursor.name(), typeOf(cursor)];
      cursor.expect('=');
      return { kind: 'output', name, line, decorators, type, value: parseExpression(cursor) };
    }
    case 'module': {
      const [name, path] = [cursor.name(), literalText(cursor)];
      cursor.expect('=');
      return { kind: 'module', name, line, decorators, path, ...bodyOf(cursor) };
    }
    case 'resource':
      return resourceOf(cursor, line, decorators);
    default:
      throw new SyntaxProblem(line, `${text} declares nothing`);
  }
}

function typeOf(cursor: TokenCursor): string {
  const name = cursor.name();
  if (!cursor.takes('[')) return name;
  cursor.expect(']');
  return 'array';
}

function decoratorsOf(cursor: TokenCursor): readonly Decorator[] {
  const decorators: Decorator[] = [];
  while (cursor.takes('@')) {
    const name = cursor.name();
    cursor.expect('(');
    decorators.push({ name, arguments: argumentsOf(cursor) });
    cursor.skipNewlines();
  }
  return decorators;
}

function resourceOf(
  cursor: TokenCursor,
  line: number,
  decorators: readonly Decorator[],
): ResourceDeclaration {
  const [name, type] = [cursor.name(), literalText(cursor)];
  const isExisting = cursor.takes('existing');
  cursor.expect('=');
  return { kind: 'resource', name, line, decorators, type, isExisting, ...bodyOf(cursor) };
}

interface Body {
  readonly condition: Expression | undefined;
  readonly loop: Loop | undefined;
  readonly body: ObjectExpression;
}

/** `{…}`, `if (…) {…}`, or `[for …: {…}]`. */
function bodyOf(cursor: TokenCursor): Body {
  if (cursor.takes('[')) {
    cursor.skipNewlines();
    const loop = parseLoop(cursor);
    const inner = bodyOf(cursor);
    cursor.skipNewlines();
    cursor.expect(']');
    return { ...inner, loop };
  }
  const condition = cursor.takes('if') ? parenthesized(cursor) : undefined;
  const { line } = cursor.peek();
  cursor.expect('{');
  const body = objectOf(cursor, line, (inner) => {
    const decorators = decoratorsOf(inner);
    const at = inner.peek().line;
    inner.expect('resource');
    return resourceOf(inner, at, decorators);
  });
  return { condition, loop: undefined, body };
}

function parenthesized(cursor: TokenCursor): Expression {
  cursor.expect('(');
  const inner = parseExpression(cursor);
  cursor.expect(')');
  return inner;
}
