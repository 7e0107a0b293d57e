/** Which policies does a landing zone have? Definitions in the manner of Microsoft's own, by a name of ours. */

type Body = Readonly<Record<string, unknown>>;

const definition = (
  displayName: string,
  policyRule: Body,
  parameters: Body = {},
  mode = 'Indexed',
): Body => ({
  displayName,
  mode,
  parameters,
  policyRule,
});

const isInterface = { field: 'type', equals: 'Microsoft.Network/networkInterfaces' };
const tagField = "[concat('tags[', parameters('tagName'), ']')]";
const tagName = { tagName: { type: 'String' } };
const tag = { ...tagName, tagValue: { type: 'String' } };
const modify = (operation: Body): Body => ({
  effect: 'modify',
  details: {
    roleDefinitionIds: ['/providers/microsoft.authorization/roleDefinitions/x'],
    operations: [operation],
  },
});

/** Properties of definitions. */
export const policyDefinitions = {
  'no-public-ips': definition('Network interfaces should not have public IPs', {
    if: {
      allOf: [
        isInterface,
        {
          not: {
            field: 'Microsoft.Network/networkInterfaces/ipconfigurations[*].publicIpAddress.id',
            notLike: '*',
          },
        },
      ],
    },
    then: { effect: 'deny' },
  }),
  'no-forwarding': definition('Network interfaces should disable IP forwarding', {
    if: {
      allOf: [
        isInterface,
        { field: 'Microsoft.Network/networkInterfaces/enableIpForwarding', equals: 'true' },
      ],
    },
    then: { effect: 'deny' },
  }),
  'require-tag': definition(
    'Require a tag on resources',
    { if: { field: tagField, exists: 'false' }, then: { effect: 'deny' } },
    tagName,
  ),
  'require-tag-value': definition(
    'Require a tag and its value on resources',
    { if: { not: { field: tagField, equals: "[parameters('tagValue')]" } }, then: { effect: 'deny' } },
    tag,
  ),
  'add-tag': definition(
    'Add or replace a tag on resources',
    {
      if: { field: tagField, notEquals: "[parameters('tagValue')]" },
      then: modify({ operation: 'addOrReplace', field: tagField, value: "[parameters('tagValue')]" }),
    },
    tag,
  ),
  'inherit-tag': definition(
    'Inherit a tag from the resource group if missing',
    {
      if: {
        allOf: [
          { field: tagField, exists: 'false' },
          { value: "[resourceGroup().tags[parameters('tagName')]]", notEquals: '' },
        ],
      },
      then: modify({
        operation: 'add',
        field: tagField,
        value: "[resourceGroup().tags[parameters('tagName')]]",
      }),
    },
    tagName,
  ),
  'append-tag': definition(
    'Append a tag and its value to resources',
    {
      if: { field: tagField, exists: 'false' },
      then: { effect: 'append', details: [{ field: tagField, value: "[parameters('tagValue')]" }] },
    },
    tag,
  ),
  'allowed-sizes': definition(
    'Allowed virtual machine size SKUs',
    {
      if: {
        allOf: [
          { field: 'type', equals: 'Microsoft.Compute/virtualMachines' },
          { not: { field: 'Microsoft.Compute/virtualMachines/sku.name', in: "[parameters('sizes')]" } },
        ],
      },
      then: { effect: "[parameters('effect')]" },
    },
    { sizes: { type: 'Array' }, effect: { type: 'String', defaultValue: 'Deny' } },
  ),
  'allowed-locations': definition(
    'Allowed locations',
    {
      if: {
        allOf: [
          { field: 'location', notIn: "[parameters('locations')]" },
          { field: 'location', notEquals: 'global' },
        ],
      },
      then: { effect: 'deny' },
    },
    { locations: { type: 'Array' } },
  ),
  'no-type': definition(
    'Not allowed resource types',
    { if: { field: 'type', in: "[parameters('types')]" }, then: { effect: 'deny' } },
    { types: { type: 'Array' } },
    'All',
  ),
} as const;

/** Name of a definition. */
export type PolicyName = keyof typeof policyDefinitions;

/** Sends a request to ARM as a person; answers its status. */
export type Put = (path: string, body: Body) => Promise<unknown>;

/** Where and how a definition is assigned. */
export interface Assigned {
  readonly scope: string;
  readonly name?: string;
  readonly parameters?: Body;
  readonly more?: Body;
}

/** Defines a policy in a subscription and assigns it; answers the assignment's id. */
export async function assign(
  put: Put,
  subscription: string,
  policy: PolicyName,
  { scope, name = policy, parameters = {}, more = {} }: Assigned,
): Promise<string> {
  const definitionId = `${subscription}/providers/Microsoft.Authorization/policyDefinitions/${policy}`;
  const id = `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`;
  await put(definitionId, { properties: policyDefinitions[policy] });
  const given = Object.entries(parameters).map(([key, value]) => [key, { value }] as const);
  await put(id, {
    properties: { policyDefinitionId: definitionId, parameters: Object.fromEntries(given), ...more },
  });
  return id;
}
