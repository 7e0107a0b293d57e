/** What does a Bicep file say? Its declarations and expressions, each with its line. */

/** An expression. */
export type Expression = { readonly line: number } & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'interpolation'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'property'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'nested'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | ObjectExpression
  | { readonly kind: 'loop'; readonly loop: Loop; readonly body: Expression }
);

/** `{ key: value }`, also the body of a resource or module. */
export interface ObjectExpression {
  readonly kind: 'object';
  readonly line: number;
  readonly properties: readonly Property[];
  /** Resources that are declared inside the body of another. */
  readonly resources: readonly ResourceDeclaration[];
}

/** One property; a key may be an interpolation. */
export interface Property {
  readonly key: Expression;
  readonly value: Expression;
  readonly line: number;
}

/** `for item in over`, or `for (item, index) in over`. */
export interface Loop {
  readonly item: string;
  readonly index: string | undefined;
  readonly over: Expression;
}

/** `@secure()`. */
export interface Decorator {
  readonly name: string;
  readonly arguments: readonly Expression[];
}

interface Declared {
  readonly name: string;
  readonly line: number;
  readonly decorators: readonly Decorator[];
}

/** `param`; in a file of parameters it has a value and no type. */
export interface ParameterDeclaration extends Declared {
  readonly kind: 'param';
  readonly type: string | undefined;
  readonly value: Expression | undefined;
}

export interface VariableDeclaration extends Declared {
  readonly kind: 'var';
  readonly value: Expression;
}

export interface OutputDeclaration extends Declared {
  readonly kind: 'output';
  readonly type: string;
  readonly value: Expression;
}

export interface ResourceDeclaration extends Declared {
  readonly kind: 'resource';
  /** As written: a nested one has the last segment alone, and no version. */
  readonly type: string;
  readonly isExisting: boolean;
  readonly condition: Expression | undefined;
  readonly loop: Loop | undefined;
  readonly body: ObjectExpression;
}

export interface ModuleDeclaration extends Declared {
  readonly kind: 'module';
  readonly path: string;
  readonly condition: Expression | undefined;
  readonly loop: Loop | undefined;
  readonly body: ObjectExpression;
}

/** What a file declares. */
export type Declaration =
  ParameterDeclaration | VariableDeclaration | OutputDeclaration | ResourceDeclaration | ModuleDeclaration;

/** A file as it was read. */
export interface BicepFile {
  /** Path inside the folder. */
  readonly path: string;
  readonly targetScope: string;
  /** The template that a file of parameters is for. */
  readonly using: string | undefined;
  readonly declarations: readonly Declaration[];
}

/** The value of a property with a plain key. */
export function propertyOf(object: Expression | undefined, key: string): Expression | undefined {
  if (object?.kind !== 'object') return undefined;
  return object.properties.find((one) => one.key.kind === 'literal' && one.key.value === key)?.value;
}

/** The expressions right inside an expression; resources that are declared inside a body are left out. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'interpolation':
      return expression.parts.filter((part) => typeof part !== 'string');
    case 'property':
    case 'nested':
    case 'unary':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'call':
      return expression.arguments;
    case 'binary':
      return [expression.left, expression.right];
    case 'choice':
      return [expression.condition, expression.then, expression.otherwise];
    case 'array':
      return expression.items;
    case 'object':
      return expression.properties.flatMap(({ key, value }) => [key, value]);
    case 'loop':
      return [expression.loop.over, expression.body];
  }
}
