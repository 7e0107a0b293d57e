/** What does the timeline tell of a rotation that is taken back, and do both sides have the former PSK then? */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { expectAgreement } from './rotation-agreement.js';
import { rotate, sidesOf, startRotatingSite } from './rotation-site.js';
import type { TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;

beforeAll(async () => {
  region = await startRotatingSite({ seed: 7 });
}, 100_000);

afterEach(() => region.call('endRefusals'));

afterAll(() => region.close());

/** Prints the timeline where `SHOW=1` is set. */
function show(lines: readonly TimelineLine[]): void {
  if (process.env['SHOW'] === undefined) return;
  const told = lines.map(
    ({ at, gateway = '', reason, sentence }) => `${at} ${gateway.padEnd(8)} [${reason}] ${sentence}`,
  );
  process.stdout.write(`\n${told.join('\n')}\n`);
}

/** Expects these sentences among the lines, in this order. */
function expectInOrder(lines: readonly TimelineLine[], wanted: readonly RegExp[]): void {
  let from = 0;
  for (const sentence of wanted) {
    const at = lines.findIndex((line, index) => index >= from && sentence.test(line.sentence));
    expect({ sentence, isTold: at >= 0 }).toEqual({ sentence, isTold: true });
    from = at + 1;
  }
}

const [failed, again, back] = [
  /^Setup of vm-hq-z1-1-g1 failed after .* the service edge refuses the credential/,
  /^hq-z1-1 tried the new PSK and was not accepted .* goes back to the one before\. Tried again after/,
  /^hq-z1-1 tried the new PSK and was not accepted .* goes back to the one before\. Both sides go back/,
];

test.each([
  {
    when: 'an edge refuses what was activated, three times',
    refusal: { kind: 'keepPskAtEdge', slot: 'hq-z1-1' },
    // Far side and gateway go back at the same time: each has an order of its own.
    told: [
      [
        /^The PSKs of hq are rotated \(psk-hq\): somebody asked for it/,
        /^Makes a new version of secret psk-hq/,
        /^Gives the credential 203\.0\.113\.1[01] version/,
        /^Activates the changes at Zscaler/,
        back,
        /^Gives the credential 203\.0\.113\.1[01] version/,
        /^Activates the changes at Zscaler/,
        /^Disables version .* of secret psk-hq: no gateway uses it/,
        /^The rotation of hq was taken back after \d+ s: both sides use the former PSK/,
      ],
      [
        /^Takes hq-z1-1 out of service/,
        ...[again, again, back],
        // Why it is set up depends on what its probes have said by then.
        /^Sets vm-hq-z1-1-g1 up .*(it is not what the site asks for now|another version of its PSK|refuses the credential)/,
        /^hq-z1-1 serves/,
        /^hq-z1-1 is proved with the former PSK: a new IKE SA was authenticated/,
        /^Disables version/,
      ],
      // A look may see the failure before its operation tells of it.
      [failed, failed, failed, /^hq-z1-1 serves/, /^hq-z1-1 is back in service/],
      [back, /^hq-z2-1 is proved with the former PSK: a request through it succeeded/, /^Disables version/],
    ],
    never: /Takes hq-z2-1 out of service|Sets vm-hq-z2-1/,
  },
  {
    when: 'Zscaler refuses to write one of two credentials',
    refusal: { kind: 'refuseCredential', slot: 'hq-z2-1' },
    told: [
      [
        /^Gives the credential 203\.0\.113\.1[01] version/,
        /^credential 203\.0\.113\.1[01]: Zscaler would not change .* was answered 400 INVALID_INPUT_ARGUMENT/,
        /^The rotation of hq goes back to the former PSK on both sides: Zscaler would not change/,
        /^Gives the credential 203\.0\.113\.1[01] version/,
        /^Activates the changes at Zscaler/,
        // Seen before: a new IKE SA was told of, which stood since long before the rotation.
        /^hq-z1-1 is proved with the former PSK: a request through it succeeded/,
        /^Disables version/,
        /^The rotation of hq was taken back/,
      ],
    ],
    never: /Takes hq-z|Sets vm-hq/,
  },
])('both sides go back to the former PSK when $when', async ({ refusal, told, never }) => {
  const before = await sidesOf(region);
  await region.call(refusal.kind, refusal.slot);
  const lines = await rotate(region);
  show(lines);
  for (const chain of told) expectInOrder(lines, chain);
  expect(lines.map(({ sentence }) => sentence).join('\n')).not.toMatch(never);
  await expectAgreement(region);
  const after = await sidesOf(region);
  expect(after.inUse).toBe(before.inUse);
  expect(after.versions.map(({ enabled }) => enabled)).toEqual([
    ...before.versions.map(({ enabled }) => enabled),
    false,
  ]);
});

test('a rotation that nobody refuses any more goes on to the new PSK', async () => {
  const before = await sidesOf(region);
  const lines = await rotate(region);
  expectInOrder(lines, [
    /^hq-z2-1 is proved with the new PSK: a new IKE SA was authenticated/,
    /are rotated, /,
  ]);
  await expectAgreement(region);
  expect((await sidesOf(region)).inUse).not.toBe(before.inUse);
});
