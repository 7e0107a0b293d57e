/** What do answers of a rotation's steps change, also when they are folded in a second time? */
import { expect, test } from '@jest/globals';
import { foldRotation } from '../../../shared/site/fold-rotation.js';
import { aRotation } from './helpers/mending.js';

const identity = '203.0.113.11';

test.each([
  { what: 'the version that is to be told', isGoingBack: false, version: 'v2', told: [identity] },
  { what: 'the former version, on the way back', isGoingBack: true, version: 'v1', told: [identity] },
  { what: 'the new version, when it goes back by now', isGoingBack: true, version: 'v2', told: [] },
])('a credential that was told $what', ({ isGoingBack, version, told }) => {
  const rotation = aRotation({ state: 'telling-far-side', isGoingBack });
  const secret = { name: 'psk-hq', version };
  const intent = { kind: 'tell-far-side', name: identity, identity, identityType: 'ip', secret } as const;
  const folded = foldRotation(rotation, [{ intent }]);
  expect(folded.told).toEqual(told);
  expect(folded.everTold).toEqual([identity]);
});
