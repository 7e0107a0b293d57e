/** Which settings does a deployment need, and which are refused before anything is done with them? */
import { expect, test } from '@jest/globals';
import { asksForTokens, readDeployment } from '../../../shared/azure/settings.js';

const least = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
  TUNNELKEEPER_RESOURCE_GROUP: 'rg-gateways',
  TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
  TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/identities/gateways',
  TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
};
const tenant = { TUNNELKEEPER_TENANT_ID: '22222222-2222-4222-8222-222222222222' };
const audience = { TUNNELKEEPER_API_AUDIENCE: 'api://tunnelkeeper' };
const reports = { TUNNELKEEPER_REPORTS_URL: 'https://app.example/api/gateway-reports' };
const local = { TUNNELKEEPER_LOCAL_CLOUD: 'http://127.0.0.1:1' };
const actionGroup = '/subscriptions/s/resourceGroups/rg/providers/microsoft.insights/actionGroups/ag';

test.each([
  { when: 'nothing more is set', set: {}, read: { fleet: { maxInFlight: 5, freezeShare: 0.3 } } },
  {
    when: 'optional ones are empty',
    set: { TUNNELKEEPER_ACTION_GROUP_ID: '', TUNNELKEEPER_TENANT_ID: '', TUNNELKEEPER_API_AUDIENCE: '' },
    read: { actionGroupId: undefined, callers: undefined },
  },
  {
    when: 'the least is set',
    set: { TUNNELKEEPER_FLEET_MAX_IN_FLIGHT: '1' },
    read: { fleet: { maxInFlight: 1 } },
  },
  {
    when: 'the most is set',
    set: { TUNNELKEEPER_FLEET_FREEZE_SHARE: '1' },
    read: { fleet: { freezeShare: 1 } },
  },
  {
    when: 'there is a group',
    set: { TUNNELKEEPER_ACTION_GROUP_ID: actionGroup },
    read: { actionGroupId: actionGroup },
  },
  {
    when: 'tokens are asked for',
    set: { ...tenant, ...audience },
    read: { callers: { tenantId: tenant.TUNNELKEEPER_TENANT_ID, audience: 'api://tunnelkeeper' } },
  },
  {
    when: 'gateways can report with a token',
    set: { ...tenant, ...audience, ...reports },
    read: { reports: { url: reports.TUNNELKEEPER_REPORTS_URL, audience: 'api://tunnelkeeper' } },
  },
  { when: 'callers have keys, which gateways don’t', set: reports, read: { reports: undefined } },
  {
    when: 'the local region asks for nothing',
    set: { TUNNELKEEPER_REPORTS_URL: 'http://127.0.0.1:7071/r', ...local },
    read: { reports: { url: 'http://127.0.0.1:7071/r' } },
  },
])('readDeployment reads settings when $when', ({ set, read }) => {
  expect(readDeployment({ ...least, ...set })).toMatchObject(read);
});

test.each([
  { name: 'TUNNELKEEPER_FLEET_MAX_IN_FLIGHT', value: '0' },
  { name: 'TUNNELKEEPER_FLEET_MAX_IN_FLIGHT', value: '101' },
  { name: 'TUNNELKEEPER_FLEET_MAX_IN_FLIGHT', value: '2.5' },
  { name: 'TUNNELKEEPER_FLEET_MAX_IN_FLIGHT', value: 'many' },
  { name: 'TUNNELKEEPER_FLEET_FREEZE_SHARE', value: '0.04' },
  { name: 'TUNNELKEEPER_FLEET_FREEZE_SHARE', value: '30' },
  { name: 'TUNNELKEEPER_ACTION_GROUP_ID', value: 'ag' },
  { name: 'TUNNELKEEPER_TENANT_ID', value: 'contoso' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'app.example' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'http://app.example/r' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'https://app.example/"' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'https://app.example?code=key' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'https://user:key@app.example/r' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'https://app.example/\\r' },
  { name: 'TUNNELKEEPER_REPORTS_URL', value: `https://app.example/${'r'.repeat(500)}` },
])('readDeployment refuses $name when it is $value, and names it', ({ name, value }) => {
  expect(() => readDeployment({ ...least, [name]: value })).toThrow(name);
});

test.each([tenant, audience])('readDeployment refuses half a configuration of tokens (%j)', (half) => {
  expect(() => readDeployment({ ...least, ...half })).toThrow('TUNNELKEEPER_TENANT_ID');
  expect(asksForTokens(half)).toBe(true);
});

test.each([{}, { TUNNELKEEPER_TENANT_ID: '' }])('asksForTokens says no when %j is set', (set) => {
  expect(asksForTokens(set)).toBe(false);
});
