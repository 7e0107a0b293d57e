/** Are settings read as they are meant, and is a missing one named? */
import { expect, test } from '@jest/globals';
import { readZiaSettings } from '../../../shared/zscaler/zia-settings.js';

const oneApi = { TUNNELKEEPER_ZIA_VANITY: 'example', TUNNELKEEPER_ZIA_CLIENT_ID: 'keeper' };
const legacy = { TUNNELKEEPER_ZIA_CLOUD: 'zscalerthree', TUNNELKEEPER_ZIA_USER_NAME: 'keeper@example.test' };

test('readZiaSettings takes OneAPI when a vanity name is set', () => {
  expect(readZiaSettings({ ...legacy, ...oneApi })).toEqual({
    account: {
      kind: 'one-api',
      vanity: 'example',
      clientId: 'keeper',
      clientSecretName: 'zia-client-secret',
    },
    activates: true,
    localZia: undefined,
  });
});

test('readZiaSettings takes the older API when only a cloud is set', () => {
  const more = {
    TUNNELKEEPER_ZIA_VANITY: ' ',
    TUNNELKEEPER_ZIA_PASSWORD_NAME: 'other-password',
    TUNNELKEEPER_ZIA_ACTIVATE: 'false',
  };
  expect(readZiaSettings({ ...legacy, ...more })).toEqual({
    account: {
      kind: 'legacy',
      cloud: 'zscalerthree',
      userName: 'keeper@example.test',
      apiKeyName: 'zia-api-key',
      passwordName: 'other-password',
    },
    activates: false,
    localZia: undefined,
  });
});

test.each([
  { when: 'nothing is set', environment: {}, named: 'TUNNELKEEPER_ZIA_VANITY' },
  {
    when: 'the client id is missing',
    environment: { TUNNELKEEPER_ZIA_VANITY: 'example' },
    named: 'TUNNELKEEPER_ZIA_CLIENT_ID',
  },
  {
    when: 'the user name is missing',
    environment: { TUNNELKEEPER_ZIA_CLOUD: 'zscaler' },
    named: 'TUNNELKEEPER_ZIA_USER_NAME',
  },
  {
    when: 'the cloud is an address',
    environment: { ...legacy, TUNNELKEEPER_ZIA_CLOUD: 'https://zsapi' },
    named: 'TUNNELKEEPER_ZIA_CLOUD',
  },
  {
    when: 'activation is neither true nor false',
    environment: { ...oneApi, TUNNELKEEPER_ZIA_ACTIVATE: 'no' },
    named: 'TUNNELKEEPER_ZIA_ACTIVATE',
  },
  {
    when: 'a secret stands where its name belongs',
    environment: { ...oneApi, TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME: 'p@ss w0rd' },
    named: 'TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME',
  },
])('readZiaSettings names the setting when $when', ({ environment, named }) => {
  expect(() => readZiaSettings(environment)).toThrow(named);
});

test('readZiaSettings repeats no value when a secret stands where its name belongs', () => {
  const environment = { ...oneApi, TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME: 'p@ss w0rd' };
  expect(() => readZiaSettings(environment)).toThrow(/^((?!p@ss).)*$/s);
});
