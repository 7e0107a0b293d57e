/** Do the files fit together: parameters, outputs, scopes? */
import {
  partsOf,
  propertyOf,
  type BicepFile,
  type Expression,
  type ModuleDeclaration,
} from '../bicep/syntax-tree.js';
import type { Place } from '../finding.js';
import type { Template } from '../template.js';
import type { Rule } from './rule.js';

interface Call {
  readonly file: BicepFile;
  readonly module: ModuleDeclaration;
  /** The file that is called; `undefined` when there is none. */
  readonly called: BicepFile | undefined;
}

function callsOf({ files }: Template): readonly Call[] {
  return [...files.values()].flatMap((file) =>
    file.declarations
      .filter((one) => one.kind === 'module')
      .map((module) => ({ file, module, called: files.get(module.path) })),
  );
}

const place = ({ file, module }: Call, detail: string): Place => ({
  file: file.path,
  line: module.line,
  detail: `${module.name}: ${detail}`,
});

function parameters(template: Template): readonly Place[] {
  return callsOf(template).flatMap((call) => {
    if (call.called === undefined) return [place(call, `there is no file ${call.module.path}`)];
    const given = propertyOf(call.module.body, 'params');
    const keys = given?.kind === 'object' ? given.properties.map(({ key }) => textOfKey(key)) : [];
    return difference(call.called, keys).map((detail) => place(call, detail));
  });
}

const textOfKey = (key: Expression) => (key.kind === 'literal' ? String(key.value) : '${…}');

function difference(called: BicepFile, given: readonly string[]): readonly string[] {
  const wanted = called.declarations.filter((one) => one.kind === 'param');
  return [
    ...wanted
      .filter(({ name, value }) => value === undefined && !given.includes(name))
      .map(({ name }) => `parameter ${name} is missing`),
    ...given
      .filter((key) => !wanted.some(({ name }) => name === key))
      .map((key) => `there is no parameter ${key} in ${called.path}`),
  ];
}

function parameterFiles({ files }: Template): readonly Place[] {
  return [...files.values()].flatMap((file) => {
    if (file.using === undefined) return [];
    const called = files.get(file.using.replace(/^\.\//, ''));
    if (called === undefined) return [{ file: file.path, line: 0, detail: `there is no file ${file.using}` }];
    const given = file.declarations.filter(({ kind }) => kind === 'param').map(({ name }) => name);
    return difference(called, given).map((detail) => ({ file: file.path, line: 0, detail }));
  });
}

function types(template: Template): readonly Place[] {
  return callsOf(template).flatMap((call) => {
    const given = propertyOf(call.module.body, 'params');
    if (given?.kind !== 'object') return [];
    return given.properties.flatMap(({ key, value }) => {
      const wanted = call.called?.declarations.find(
        ({ kind, name }) => kind === 'param' && name === textOfKey(key),
      );
      const [want, got] = [
        wanted?.kind === 'param' ? wanted.type : undefined,
        typeOf(value, call.file, template),
      ];
      const isWrong = want !== undefined && got !== undefined && want !== got;
      return isWrong ? [place(call, `${textOfKey(key)} is of type ${got}, and ${want} is wanted`)] : [];
    });
  });
}

/** Type of an expression; `undefined` where the files don't tell. */
function typeOf(expression: Expression, file: BicepFile, template: Template): string | undefined {
  switch (expression.kind) {
    case 'interpolation':
      return 'string';
    case 'array':
    case 'loop':
      return 'array';
    case 'object':
      return 'object';
    case 'literal':
      return { string: 'string', number: 'int', boolean: 'bool' }[typeof expression.value as string];
    case 'name': {
      const found = file.declarations.find(({ name }) => name === expression.name);
      if (found?.kind === 'var') return typeOf(found.value, file, template);
      return found?.kind === 'param' ? found.type : found === undefined ? undefined : 'resource';
    }
    case 'property': {
      const output = outputOf(expression, file, template);
      if (output !== undefined) return output.declaration?.type;
      return ['id', 'name'].includes(expression.name) ? 'string' : undefined;
    }
    default:
      return undefined;
  }
}

/** The output that `module.outputs.name` speaks of; `undefined` when the expression is another. */
function outputOf(expression: Expression, file: BicepFile, { files }: Template) {
  if (expression.kind !== 'property' || expression.of.kind !== 'property') return undefined;
  const { of, name } = expression.of;
  if (name !== 'outputs' || of.kind !== 'name') return undefined;
  const module = file.declarations.find((one) => one.kind === 'module' && one.name === of.name);
  const called = module?.kind === 'module' ? files.get(module.path) : undefined;
  const declaration = called?.declarations.find(
    (one) => one.kind === 'output' && one.name === expression.name,
  );
  return { called, declaration: declaration?.kind === 'output' ? declaration : undefined };
}

function outputs(template: Template): readonly Place[] {
  const places: Place[] = [];
  for (const file of template.files.values()) {
    const look = (expression: Expression): void => {
      const output = outputOf(expression, file, template);
      if (
        output?.called !== undefined &&
        output.declaration === undefined &&
        expression.kind === 'property'
      ) {
        places.push({
          file: file.path,
          line: expression.line,
          detail: `${output.called.path} has no output ${expression.name}`,
        });
      }
      partsOf(expression).forEach(look);
    };
    for (const one of file.declarations) {
      if (one.kind === 'module' || one.kind === 'resource') look(one.body);
      else if (one.value !== undefined) look(one.value);
    }
  }
  return places;
}

function scopes(template: Template): readonly Place[] {
  return callsOf(template).flatMap((call) => {
    const scope = propertyOf(call.module.body, 'scope');
    const isSame = call.called?.targetScope === call.file.targetScope;
    if (call.called === undefined || isSame === (scope === undefined)) return [];
    return [
      place(
        call,
        `${call.called.path} is for a ${call.called.targetScope}; its scope is ${isSame ? 'too much' : 'missing'}`,
      ),
    ];
  });
}

function orphans({ files }: Template): readonly Place[] {
  const called = new Set(
    [...files.values()].flatMap((file) =>
      file.declarations.filter((one) => one.kind === 'module').map(({ path }) => path),
    ),
  );
  return [...files.keys()]
    .filter((path) => path.endsWith('.bicep') && path !== 'main.bicep' && !called.has(path))
    .map((path) => ({ file: path, line: 0, detail: 'no module calls it' }));
}

export const moduleRules: readonly Rule[] = [
  {
    name: 'module-parameters',
    reason: 'A module gets every parameter that it asks for, and no other.',
    find: ({ template }) => [...parameters(template), ...parameterFiles(template)],
  },
  {
    name: 'module-types',
    reason: 'A parameter of another type stops the deployment.',
    find: ({ template }) => types(template),
  },
  {
    name: 'module-outputs',
    reason: 'An output that isn’t there stops the deployment.',
    find: ({ template }) => outputs(template),
  },
  {
    name: 'module-scopes',
    reason: 'A module for a group is given one, and one for the subscription none.',
    find: ({ template }) => scopes(template),
  },
  {
    name: 'modules-called',
    reason: 'A file that nobody calls deploys nothing.',
    find: ({ template }) => orphans(template),
  },
];
