/** Does a PSK stay out of what a refused setup tells? */
import { expect, test } from '@jest/globals';
import { runSetup } from '../../orchestrations/run-setup.activity.js';
import { aSetupIntent } from '../shared/azure/helpers/intents.js';
import { wire } from '../shared/azure/helpers/started-wire.js';

test.each([
  { where: 'in full', before: '' },
  { where: 'and is cut in the middle of it', before: 'x'.repeat(550) },
])('a refusal that quotes the PSK $where comes back without it', async ({ before }) => {
  const intent = aSetupIntent();
  const psk = 'Correct7HorseBattery';
  const { subscriptionId, resourceGroup } = intent.placement;
  const machine = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${intent.virtualMachine}`;
  const message = `Could not convert ${before} "${psk}" at properties.protectedParameters[0].value.`;
  wire.answers = {
    'GET /secrets/psk-hq/v7': { body: { value: psk, id: 'https://kv.vault.azure.net/secrets/psk-hq/v7' } },
    [`PUT ${machine}/runCommands/setup`]: {
      status: 400,
      body: { error: { code: 'InvalidRequestContent', message } },
    },
  };
  const refused = await runSetup(intent);
  expect(JSON.stringify(wire.bodies())).toContain(psk);
  expect(refused).toMatchObject({
    ok: false,
    problem: { detail: expect.stringContaining('Could not convert') as unknown },
  });
  expect(JSON.stringify(refused)).toContain('<secret>');
  expect(JSON.stringify(refused)).not.toContain(psk.slice(0, 4));
});
