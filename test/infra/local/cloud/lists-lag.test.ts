/** Do lists learn late of what was made and what is gone, while a read of it is true at once? */
import { expect, test } from '@jest/globals';
import { formatArmId } from '../../../../infra/local/cloud/arm-id.js';
import {
  answerForKind,
  type Provision,
  type ResourceKind,
} from '../../../../infra/local/cloud/arm-provider.js';
import { asRecord } from '../../../../infra/local/cloud/json.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { Resources } from '../../../../infra/local/cloud/resources.js';
import { Refusal, type WireRequest } from '../../../../infra/local/cloud/wire.js';

const type = 'Microsoft.Compute/virtualMachines';
const about = (name: string) => ({ id: `/rg/${name}`, name, type, resourceGroup: 'rg' });

/** Resources whose lists learn when the test says so. */
function lagging() {
  const learn: (() => void)[] = [];
  const resources = new Resources(seededRandom(1), () => new Promise((resolve) => void learn.push(resolve)));
  const learnAll = async () => {
    for (const one of learn.splice(0)) one();
    await Promise.resolve();
  };
  return { resources, learnAll, listed: () => resources.listed(type, 'RG').map(({ name }) => name) };
}

test('a list shows what was made and hides what is gone only once it has learnt of it', async () => {
  const { resources, learnAll, listed } = lagging();
  resources.put(about('one'), {});
  expect([resources.get('/rg/one')?.name, listed()]).toEqual(['one', []]);
  await learnAll();
  expect(listed()).toEqual(['one']);
  resources.remove('/rg/one');
  expect([resources.get('/rg/one'), listed(), resources.lingers('/RG/one')]).toEqual([
    undefined,
    ['one'],
    true,
  ]);
  await learnAll();
  expect([listed(), resources.lingers('/rg/one')]).toEqual([[], false]);
});

test('a list never shows what was gone before it had learnt of it, and always what was there from the start', async () => {
  const { resources, learnAll, listed } = lagging();
  resources.furnish(about('old'), {});
  resources.put(about('brief'), {});
  resources.remove('/rg/brief');
  expect(listed()).toEqual(['old']);
  await learnAll();
  expect(listed()).toEqual(['old']);
});

test('a list shows what was made again under its name once, whichever it learns of first', async () => {
  const learn: (() => void)[] = [];
  const resources = new Resources(seededRandom(1), () => new Promise((resolve) => void learn.push(resolve)));
  const listed = () => resources.listed(type).map(({ number }) => number);
  resources.furnish(about('one'), {});
  resources.remove('/rg/one');
  resources.put(about('one'), {});
  const [, learnNew] = learn;
  expect(listed()).toEqual([1]);
  learnNew?.();
  await Promise.resolve();
  expect(listed()).toEqual([2]);
});

test('a machine that lists still show and compute has no more is compute’s 404, then ARM’s own', async () => {
  const { resources, learnAll } = lagging();
  const armId = { subscriptionId: 's', resourceGroup: 'rg', type, names: ['vm'] };
  resources.furnish({ ...about('vm'), id: formatArmId(armId) }, {});
  resources.remove(formatArmId(armId));
  const read = () => {
    try {
      const kind = { type, provider: 'Microsoft.Compute' } as unknown as ResourceKind; // a read asks for no more
      const provision = { resources } as unknown as Provision; // nor for more of this
      const request = { method: 'GET' } as unknown as WireRequest; // nor for more of this
      return answerForKind(kind, provision, { ...armId, isList: false }, request);
    } catch (error) {
      return error instanceof Refusal ? asRecord(error.answer.body)['error'] : error;
    }
  };
  expect(read()).toEqual({
    code: 'NotFound',
    message: 'The entity was not found in this Azure location.',
  });
  await learnAll();
  expect(read()).toMatchObject({ code: 'ResourceNotFound' });
});
