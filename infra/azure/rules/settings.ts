/** Has the app every setting that it needs, and none that nobody reads? */
import { textOf } from '../bicep/evaluate.js';
import { partsOf, propertyOf, type BicepFile, type Expression } from '../bicep/syntax-tree.js';
import type { Place } from '../finding.js';
import { placeOf, type Template, type TemplateResource } from '../template.js';
import type { Reviewed, Rule } from './rule.js';

/** A setting that the template gives the app. */
interface Setting {
  readonly name: string;
  readonly value: Expression | undefined;
  readonly line: number;
}

/** What the runtime needs to reach its storage and to tell its telemetry, each by identity. */
const runtimeSettings = [
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** Settings that Flex Consumption refuses, or that would hold a key (Microsoft Learn, Flex Consumption, deprecated settings). */
const forbiddenSettings = [
  'AzureWebJobsStorage',
  'FUNCTIONS_WORKER_RUNTIME',
  'FUNCTIONS_WORKER_RUNTIME_VERSION',
  'FUNCTIONS_EXTENSION_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING',
  'WEBSITE_CONTENTSHARE',
  'APPINSIGHTS_INSTRUMENTATIONKEY',
];

/** Settings that the product reads and the template leaves to its defaults, with the reason. */
const leftToTheProduct: Readonly<Record<string, string>> = {
  TUNNELKEEPER_LOCAL_CLOUD: 'for the local region alone',
  TUNNELKEEPER_LOCAL_ZIA: 'for the local region alone',
  TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME: 'the vault is the deployment’s own, so its names are free',
  TUNNELKEEPER_ZIA_API_KEY_NAME: 'as above',
  TUNNELKEEPER_ZIA_PASSWORD_NAME: 'as above',
};

function appOf({ resources }: Template): TemplateResource | undefined {
  return resources.find(({ type }) => type === 'Microsoft.Web/sites');
}

function settingsOf(template: Template): readonly Setting[] {
  const app = appOf(template);
  if (app === undefined) return [];
  const config = propertyOf(propertyOf(app.declaration.body, 'properties'), 'siteConfig');
  const list = propertyOf(config, 'appSettings');
  return list === undefined ? [] : settingsIn(list, app.file);
}

/** Every `{ name, value }` of an expression, through variables, conditions and `concat`. */
function settingsIn(expression: Expression, file: BicepFile): readonly Setting[] {
  const name = propertyOf(expression, 'name');
  if (name?.kind === 'literal') {
    return [{ name: String(name.value), value: propertyOf(expression, 'value'), line: expression.line }];
  }
  if (expression.kind === 'name') {
    const found = file.declarations.find((one) => one.kind === 'var' && one.name === expression.name);
    return found?.kind === 'var' ? settingsIn(found.value, file) : [];
  }
  return partsOf(expression).flatMap((part) => settingsIn(part, file));
}

function missing({ template, productSettings }: Reviewed): readonly Place[] {
  const app = appOf(template);
  const given = new Set(settingsOf(template).map(({ name }) => name));
  const needed = [...productSettings].filter(([, need]) => need === 'needed').map(([name]) => name);
  return app === undefined
    ? []
    : [...runtimeSettings, ...needed]
        .filter((name) => !given.has(name))
        .map((name) => placeOf(app, `setting ${name} is missing`));
}

function notOffered({ template, productSettings }: Reviewed): readonly Place[] {
  const app = appOf(template);
  const given = new Set(settingsOf(template).map(({ name }) => name));
  return app === undefined
    ? []
    : [...productSettings.keys()]
        .filter((name) => !given.has(name) && leftToTheProduct[name] === undefined)
        .map((name) => placeOf(app, `setting ${name} can’t be given`));
}

/** Settings that are wrong by what `isWrong` says of their names. */
const wrong =
  (isWrong: (setting: Setting, reviewed: Reviewed) => boolean, why: string): Rule['find'] =>
  (reviewed) => {
    const app = appOf(reviewed.template);
    return settingsOf(reviewed.template)
      .filter((setting) => isWrong(setting, reviewed))
      .map(({ name, line }) => ({ file: app?.file.path ?? '', line, detail: `setting ${name} ${why}` }));
  };

export const settingRules: readonly Rule[] = [
  {
    name: 'settings-needed',
    reason: 'Without it the app doesn’t start.',
    find: missing,
  },
  {
    name: 'settings-offered',
    reason: 'What the product can be told, the deployment can tell it.',
    find: notOffered,
  },
  {
    name: 'settings-known',
    reason: 'A setting that nobody reads is a typing error.',
    find: wrong(
      ({ name }, { productSettings }) => name.startsWith('TUNNELKEEPER_') && !productSettings.has(name),
      'is read by nobody',
    ),
  },
  {
    name: 'settings-not-local',
    reason: 'It would send the app’s requests to a simulator.',
    find: wrong(({ name }) => name.startsWith('TUNNELKEEPER_LOCAL_'), 'is for the local region alone'),
  },
  {
    name: 'settings-of-flex',
    reason: 'Flex Consumption refuses it, or it holds a key.',
    find: wrong(({ name }) => forbiddenSettings.includes(name), 'must not be there'),
  },
  {
    name: 'settings-once',
    reason: 'Of two values one wins, and nobody knows which.',
    find: (reviewed) =>
      wrong(
        ({ name }, { template }) => settingsOf(template).filter((one) => one.name === name).length > 1,
        'is there twice',
      )(reviewed),
  },
  {
    name: 'settings-no-secret',
    reason: 'Settings are read by whoever may read the app.',
    find: wrong(
      ({ value }) =>
        value !== undefined && /AccountKey|SharedAccess|listKeys|password|alertsUrl/i.test(textOf(value)),
      'holds a secret',
    ),
  },
  {
    name: 'settings-storage-by-identity',
    reason: 'The account knows no keys.',
    find: wrong(
      ({ name, value }) =>
        name === 'AzureWebJobsStorage__credential' &&
        (value?.kind !== 'literal' || value.value !== 'managedidentity'),
      'must be managedidentity',
    ),
  },
];
