/** Who may do what? Every assignment is in a table, the app's role is what the app does, nothing has a wildcard. */
import { evaluate, isList, Unknown, valueAt, textOf, type Value } from '../bicep/evaluate.js';
import { propertyOf } from '../bicep/syntax-tree.js';
import { roleDifferences, type AppRole } from '../derive-role.js';
import type { Place } from '../finding.js';
import { placeOf, type Template, type TemplateResource } from '../template.js';
import type { Rule } from './rule.js';

const assignments = 'Microsoft.Authorization/roleAssignments';
const definitions = 'Microsoft.Authorization/roleDefinitions';

/** Built-in roles that are used at all, by their ids (Microsoft Learn, Azure built-in roles). */
const builtIn = {
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  queueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
} as const;

/** Who gets which role on what; a scope that is left out is the file's own group or subscription. */
const allowed: readonly (readonly [file: string, principal: string, role: string, scope: string])[] = [
  ['identities.bicep', 'app.properties.principalId', 'attachRoleId', 'gateways'],
  ['alerts.bicep', 'appPrincipalId', 'attachRoleId', 'sites'],
  ['monitoring.bicep', 'appPrincipalId', builtIn.metricsPublisher, 'insights'],
  ['storage.bicep', 'appPrincipalId', builtIn.blobDataOwner, 'account'],
  ['storage.bicep', 'appPrincipalId', builtIn.queueDataContributor, 'account'],
  ['storage.bicep', 'appPrincipalId', builtIn.tableDataContributor, 'account'],
  ['storage.bicep', 'eventsPrincipalId', builtIn.queueDataMessageSender, 'account::queues::resourceEvents'],
  ['storage.bicep', 'eventsPrincipalId', builtIn.blobDataContributor, 'account::blobs::deadLetters'],
  ['vault.bicep', 'appPrincipalId', 'secretsRoleId', 'vault'],
  ['sites-access.bicep', 'appPrincipalId', 'sitesRoleId', ''],
  ['sites-access.bicep', 'gatewayPrincipalId', builtIn.metricsPublisher, ''],
  ['access.bicep', 'appPrincipalId', 'surroundingsRoleId', ''],
  ['network-access.bicep', 'appPrincipalId', 'networksRoleId', ''],
];

const asText = (value: Value | undefined) =>
  value instanceof Unknown ? value.text : JSON.stringify(value ?? '');

/** Roles that an assignment gives: the id of a built-in one, or the name that a custom one has in the file. */
function rolesOf(one: TemplateResource, template: Template): readonly string[] {
  const { loop } = one.declaration;
  const role = valueAt(one.body, 'properties.roleDefinitionId');
  const isLoops = loop !== undefined && asText(role) === `\${${loop.item}}`;
  const over = isLoops ? evaluate(loop.over, { file: one.file, data: template.data }) : undefined;
  return (isList(over) ? over : [role ?? '']).map((value) => {
    const text = asText(value);
    return /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? text.replace(/^\$\{|\}$/g, '');
  });
}

function assignmentsOf(template: Template): readonly (readonly [TemplateResource, string])[] {
  return template.resources
    .filter(({ type }) => type === assignments)
    .flatMap((one) => {
      const scope = propertyOf(one.declaration.body, 'scope');
      const principal = asText(valueAt(one.body, 'properties.principalId')).replace(/^\$\{|\}$/g, '');
      return rolesOf(one, template).map(
        (role) =>
          [
            one,
            [one.file.path, principal, role, scope === undefined ? '' : textOf(scope)].join(' '),
          ] as const,
      );
    });
}

function unplanned(template: Template): readonly Place[] {
  const known = new Set(allowed.map((entry) => entry.join(' ')));
  return assignmentsOf(template)
    .filter(([, text]) => !known.has(text))
    .map(([one, text]) => placeOf(one, `assigned is "${text}", which is not in the table`));
}

function missing(template: Template): readonly Place[] {
  const given = new Set(assignmentsOf(template).map(([, text]) => text));
  return allowed
    .filter((entry) => !given.has(entry.join(' ')))
    .map((entry) => ({ file: entry[0], line: 0, detail: `"${entry.join(' ')}" is not assigned` }));
}

function names({ resources }: Template): readonly Place[] {
  return resources
    .filter(({ type }) => type === assignments)
    .filter(({ declaration }) => {
      const name = propertyOf(declaration.body, 'name');
      return name?.kind !== 'call' || name.name !== 'guid' || name.arguments.length !== 3;
    })
    .map((one) => placeOf(one, 'its name is no guid(scope, principal, role)'));
}

/** All that custom roles allow, each with the resource that says so. */
function granted({ resources }: Template): readonly (readonly [TemplateResource, string])[] {
  return resources
    .filter(({ type }) => type === definitions)
    .flatMap((one) => {
      const permissions = valueAt(one.body, 'properties.permissions');
      const lists = (isList(permissions) ? permissions : []).flatMap((permission) =>
        ['actions', 'dataActions'].map((key) => valueAt(permission, key)),
      );
      return lists
        .flatMap((list) => (isList(list) ? list : [list ?? '']))
        .map((action) => [one, asText(action).replaceAll('"', '')] as const);
    });
}

function wideScopes(template: Template): readonly Place[] {
  return template.resources
    .filter(({ type }) => type === definitions)
    .filter((one) => {
      const isWide = /subscription\(\)\.id|managementGroups/.test(
        asTexts(valueAt(one.body, 'properties.assignableScopes')),
      );
      const writes = granted(template).some(([other, action]) => other === one && !/\/read$/i.test(action));
      return isWide && writes;
    })
    .map((one) => placeOf(one, 'it may write, and can be assigned to more than a group'));
}

const asTexts = (value: Value | undefined) => (isList(value) ? value.map(asText).join(' ') : asText(value));

export const accessRules: readonly Rule[] = [
  {
    name: 'assignments-planned',
    reason: 'Who may do what is decided in one table, not in passing.',
    find: ({ template }) => [...unplanned(template), ...missing(template)],
  },
  {
    name: 'assignment-names',
    reason: 'By such a name the same assignment is the same resource, in every deployment.',
    find: ({ template }) => names(template),
  },
  {
    name: 'role-no-wildcard',
    reason: 'Tomorrow a wildcard allows what nobody has thought of today.',
    find: ({ template }) =>
      granted(template)
        .filter(([, action]) => action.includes('*'))
        .map(([one, action]) => placeOf(one, `it allows ${action}`)),
  },
  {
    name: 'role-no-authorization',
    reason: 'The app must not give rights, read keys, or purge secrets.',
    find: ({ template }) =>
      granted(template)
        .filter(([, action]) =>
          // Locks may be read: whether one stands in the way gives nobody any right.
          /Microsoft\.Authorization\/(?!locks\/read$)|listKeys|secrets\/(purge|delete|backup|restore)/i.test(
            action,
          ),
        )
        .map(([one, action]) => placeOf(one, `it allows ${action}`)),
  },
  {
    name: 'role-scopes',
    reason: 'A role that writes ends at its group.',
    find: ({ template }) => wideScopes(template),
  },
  {
    name: 'role-is-what-is-used',
    reason: 'The app may do what it does, and nothing else.',
    find: ({ template, usedActions }) =>
      roleDifferences(template.data.get('app-role.json') as AppRole, usedActions).map((detail) => ({
        file: 'app-role.json', // our own file, written by write-role.ts
        line: 0,
        detail,
      })),
  },
];
