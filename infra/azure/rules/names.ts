/** Is every name declared once, and used? */
import {
  partsOf,
  type BicepFile,
  type Declaration,
  type Expression,
  type ResourceDeclaration,
} from '../bicep/syntax-tree.js';
import type { Place } from '../finding.js';
import type { Rule } from './rule.js';

/** Functions of Bicep that our files may call (Microsoft Learn, Bicep functions). */
const functions = new Set([
  ...[
    'concat',
    'contains',
    'empty',
    'environment',
    'guid',
    'int',
    'join',
    'loadJsonContent',
    'readEnvironmentVariable',
  ],
  ...[
    'resourceGroup',
    'split',
    'string',
    'subscription',
    'subscriptionResourceId',
    'tenant',
    'toLower',
    'union',
    'uniqueString',
  ],
]);

/** Names that a place of the file may refer to. */
type Names = ReadonlySet<string>;

interface Walk {
  readonly file: BicepFile;
  readonly used: Set<string>;
  readonly places: Place[];
}

/** Names of a file that nobody declared, functions that aren't there, nested resources that aren't. */
function undeclared(walk: Walk): void {
  const top: Names = new Set(walk.file.declarations.map(({ name }) => name));
  for (const declaration of walk.file.declarations) lookAtDeclaration(declaration, top, walk);
}

function lookAtDeclaration(declaration: Declaration, names: Names, walk: Walk): void {
  for (const given of declaration.decorators.flatMap((one) => one.arguments)) look(given, names, walk);
  switch (declaration.kind) {
    case 'param':
      if (declaration.value !== undefined) look(declaration.value, names, walk);
      return;
    case 'var':
    case 'output':
      look(declaration.value, names, walk);
      return;
    case 'resource':
    case 'module': {
      const { condition, loop, body } = declaration;
      if (loop !== undefined) look(loop.over, names, walk);
      const inLoop = new Set([...names, ...(loop === undefined ? [] : [loop.item, loop.index ?? loop.item])]);
      if (condition !== undefined) look(condition, inLoop, walk);
      const inBody = new Set([...inLoop, ...body.resources.map(({ name }) => name)]);
      look(body, inBody, walk);
      for (const nested of body.resources) lookAtDeclaration(nested, inBody, walk);
    }
  }
}

function look(expression: Expression, names: Names, walk: Walk): void {
  const { file, places, used } = walk;
  const report = (detail: string) => places.push({ file: file.path, line: expression.line, detail });
  if (expression.kind === 'name') {
    used.add(expression.name);
    if (!names.has(expression.name)) report(`${expression.name} is declared nowhere`);
  }
  if (expression.kind === 'call' && !functions.has(expression.name)) {
    report(`${expression.name}() is no function that is known here`);
  }
  if (expression.kind === 'nested' && nestedResource(expression, file) === undefined) {
    report(`there is no resource ${expression.name} inside what stands before ::`);
  }
  const inner =
    expression.kind === 'loop'
      ? new Set([...names, expression.loop.item, expression.loop.index ?? expression.loop.item])
      : names;
  for (const part of partsOf(expression)) look(part, inner, walk);
}

function nestedResource(expression: Expression, file: BicepFile): ResourceDeclaration | undefined {
  if (expression.kind === 'name') {
    const found = file.declarations.find(({ name }) => name === expression.name);
    return found?.kind === 'resource' ? found : undefined;
  }
  if (expression.kind !== 'nested') return undefined;
  return nestedResource(expression.of, file)?.body.resources.find(({ name }) => name === expression.name);
}

function walkOf(file: BicepFile): Walk {
  const walk: Walk = { file, used: new Set(), places: [] };
  undeclared(walk);
  return walk;
}

function twice(file: BicepFile): readonly Place[] {
  const isOutput = ({ kind }: Declaration) => kind === 'output';
  return file.declarations
    .filter((one, index, all) =>
      all.slice(0, index).some((other) => other.name === one.name && isOutput(other) === isOutput(one)),
    )
    .map(({ name, line }) => ({ file: file.path, line, detail: `${name} is declared twice` }));
}

function unused(file: BicepFile): readonly Place[] {
  if (file.using !== undefined) return [];
  const { used } = walkOf(file);
  return file.declarations
    .filter(
      (one) => one.kind === 'param' || one.kind === 'var' || (one.kind === 'resource' && one.isExisting),
    )
    .filter(({ name }) => !used.has(name))
    .map(({ name, line, kind }) => ({ file: file.path, line, detail: `${kind} ${name} is used nowhere` }));
}

const filesOf: (find: (file: BicepFile) => readonly Place[]) => Rule['find'] =
  (find) =>
  ({ template }) =>
    [...template.files.values()].flatMap(find);

export const nameRules: readonly Rule[] = [
  {
    name: 'declared',
    reason: 'A name that nobody declared stops the deployment.',
    find: filesOf((file) => walkOf(file).places),
  },
  { name: 'declared-once', reason: 'Two declarations of a name stop the deployment.', find: filesOf(twice) },
  { name: 'used', reason: 'What nobody uses misleads who reads.', find: filesOf(unused) },
  {
    name: 'described',
    reason: 'Parameters and outputs are the template’s interface.',
    find: filesOf((file) =>
      file.declarations
        .filter(({ kind }) => (kind === 'param' && file.using === undefined) || kind === 'output')
        .filter(({ decorators }) => !decorators.some(({ name }) => name === 'description'))
        .map(({ name, line }) => ({ file: file.path, line, detail: `${name} has no @description` })),
    ),
  },
];
