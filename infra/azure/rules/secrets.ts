/** Could a secret be read where it shouldn't? In outputs, plain parameters, defaults and texts. */
import { textOf } from '../bicep/evaluate.js';
import {
  partsOf,
  propertyOf,
  type BicepFile,
  type Expression,
  type ParameterDeclaration,
} from '../bicep/syntax-tree.js';
import type { Place } from '../finding.js';
import type { Template } from '../template.js';
import type { Rule } from './rule.js';

/** Names under which secrets go; ids and public keys are none. */
const secretName = /(secret|password|psk|apiKey|privateKey|token|alertsUrl|connectionString)$/i;

/** Parameters that end like one and are none: the part of names that must be unique. */
const harmless = new Set(['token']);

/** What secrets look like where somebody wrote one down. */
const secretText =
  /AccountKey=|SharedAccessKey|SharedAccessSignature|[?&](code|sig)=|BEGIN [A-Z ]*PRIVATE KEY/;

/** Properties and functions that give a secret. */
const secretSource =
  /listKeys|listSecrets|\.(ConnectionString|InstrumentationKey|primaryKey|primarySharedKey|key1)\b/;

const parametersOf = (file: BicepFile) => file.declarations.filter((one) => one.kind === 'param');
const isSecure = ({ decorators }: ParameterDeclaration) => decorators.some(({ name }) => name === 'secure');
const templatesOf = ({ files }: Template) => [...files.values()].filter(({ using }) => using === undefined);

function plainParameters(template: Template): readonly Place[] {
  return templatesOf(template).flatMap((file) =>
    parametersOf(file)
      .filter(({ name }) => secretName.test(name) && !harmless.has(name))
      .filter((one) => !isSecure(one))
      .map(({ name, line }) => ({ file: file.path, line, detail: `${name} has no @secure()` })),
  );
}

function defaults(template: Template): readonly Place[] {
  return templatesOf(template).flatMap((file) =>
    parametersOf(file)
      .filter((one) => isSecure(one) && one.value !== undefined)
      .filter(({ value }) => value?.kind !== 'literal' || value.value !== '')
      .map(({ name, line }) => ({ file: file.path, line, detail: `${name} is secure and has a default` })),
  );
}

/** Names of a file's secure parameters. */
function secureNamesOf(file: BicepFile): ReadonlySet<string> {
  const secure = parametersOf(file).filter(isSecure);
  return new Set(secure.map(({ name }) => name));
}

/** Secure parameters that are handed on to one that isn't. */
function leaks(template: Template): readonly Place[] {
  return templatesOf(template).flatMap((file) => {
    const secure = secureNamesOf(file);
    return file.declarations
      .filter((one) => one.kind === 'module')
      .flatMap((module) => {
        const params = propertyOf(module.body, 'params');
        const called = template.files.get(module.path);
        return (params?.kind === 'object' ? params.properties : [])
          .filter(({ value }) => mentions(value, secure))
          .filter(({ key }) => {
            const name = key.kind === 'literal' ? key.value : undefined;
            const target =
              called === undefined ? undefined : parametersOf(called).find((one) => one.name === name);
            return target !== undefined && !isSecure(target);
          })
          .map(({ line }) => ({
            file: file.path,
            line,
            detail: `${module.name} gets a secret in a plain parameter`,
          }));
      });
  });
}

function mentions(expression: Expression, names: ReadonlySet<string>): boolean {
  if (expression.kind === 'name') return names.has(expression.name);
  return partsOf(expression).some((part) => mentions(part, names));
}

function outputs(template: Template): readonly Place[] {
  return templatesOf(template).flatMap((file) => {
    const secure = secureNamesOf(file);
    return file.declarations
      .filter((one) => one.kind === 'output')
      .filter(
        ({ name, value }) =>
          secretName.test(name) || secretSource.test(textOf(value)) || mentions(value, secure),
      )
      .map(({ name, line }) => ({ file: file.path, line, detail: `output ${name} gives a secret away` }));
  });
}

function literals(template: Template): readonly Place[] {
  const places: Place[] = [];
  for (const file of template.files.values()) {
    const look = (expression: Expression): void => {
      const texts =
        expression.kind === 'literal'
          ? [expression.value]
          : expression.kind === 'interpolation'
            ? expression.parts.filter((part) => typeof part === 'string')
            : [];
      if (texts.some((text) => typeof text === 'string' && secretText.test(text))) {
        places.push({ file: file.path, line: expression.line, detail: 'a text looks like a secret' });
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

export const secretRules: readonly Rule[] = [
  {
    name: 'secret-parameters-secure',
    reason: 'Plain parameters stand in the history of deployments.',
    find: ({ template }) => [...plainParameters(template), ...leaks(template)],
  },
  {
    name: 'secret-parameters-without-default',
    reason: 'A default stands in the repository.',
    find: ({ template }) => defaults(template),
  },
  {
    name: 'outputs-without-secret',
    reason: 'Outputs stand in the history of deployments.',
    find: ({ template }) => outputs(template),
  },
  {
    name: 'texts-without-secret',
    reason: 'What is in the repository is known to all.',
    find: ({ template }) => literals(template),
  },
];
