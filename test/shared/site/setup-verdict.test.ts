/** Did a setup succeed, and if not, what is a person told? */
import { describe, expect, test } from '@jest/globals';
import { setupWarnings, type SetupFailure } from '../../../shared/gateway/setup-result.js';
import type { ObservedSetup } from '../../../shared/site/observed-site.js';
import { isServing, problemOfSetup, serviceSentence } from '../../../shared/site/setup-verdict.js';
import { aSlot } from './helpers/builders.js';

const result = { ok: true, config: 'c', changed: [], tunnels: {}, probe: 200 };

function aSetup(changes: Partial<ObservedSetup> = {}): ObservedSetup {
  return {
    kind: 'setup',
    name: 'setup',
    id: '/setup',
    slot: aSlot('1'),
    state: 'settled',
    virtualMachine: 'vm-hq-z1-1-g1',
    execution: 'succeeded',
    ...changes,
  };
}

describe('serviceSentence', () => {
  test('says nothing of what isn’t missing', () => {
    expect(serviceSentence(aSetup({ result }))).toBe('Serves: ; the balancer’s probe gets 200.');
  });

  test.each(setupWarnings)('tells %s with its mend, and the gateway serves', (warning) => {
    const setup = aSetup({ result: { ...result, warning } });
    expect(isServing(setup)).toBe(true);
    expect(serviceSentence(setup)).toMatch(/^Serves: .* gets 200\. .*Netdata.*(use|let|read) .*\.$/);
  });
});

describe('isServing', () => {
  test.each([
    { when: 'the script ended well and says so', setup: aSetup({ result }), serves: true },
    { when: 'the script says no', setup: aSetup({ result: { ...result, ok: false } }), serves: false },
    { when: 'the script said nothing', setup: aSetup(), serves: false },
    { when: 'the script says so, but failed', setup: aSetup({ result, execution: 'failed' }), serves: false },
    { when: 'it still runs', setup: aSetup({ result, execution: 'running' }), serves: false },
    { when: 'nobody knows', setup: aSetup({ result, execution: 'unknown' }), serves: false },
    {
      when: 'Azure calls it failed, the script not',
      setup: aSetup({ result, state: 'failed' }),
      serves: true,
    },
  ])('is $serves when $when', ({ setup, serves }) => {
    expect(isServing(setup)).toBe(serves);
  });
});

describe('problemOfSetup', () => {
  const rows: readonly { readonly reason: SetupFailure; readonly code: string; readonly detail: RegExp }[] = [
    { reason: 'packages-not-installed', code: 'setup-failed', detail: /packages/ },
    { reason: 'package-lock-held', code: 'setup-failed', detail: /package lock/ },
    { reason: 'psk-unusable', code: 'secret-unusable', detail: /8 to 255/ },
    { reason: 'configuration-refused', code: 'setup-failed', detail: /Libreswan refuses/ },
    { reason: 'credential-refused', code: 'credential-refused', detail: /wrong PSK or unknown identity/ },
    { reason: 'ike-proposal-refused', code: 'tunnel-down', detail: /IKE proposal/ },
    { reason: 'esp-proposal-refused', code: 'tunnel-down', detail: /ESP proposal/ },
    { reason: 'selectors-refused', code: 'tunnel-down', detail: /selectors/ },
    { reason: 'edge-silent', code: 'tunnel-down', detail: /does not answer/ },
    { reason: 'proxy-silent', code: 'proxy-silent', detail: /no request through it/ },
    { reason: 'unexpected', code: 'setup-failed', detail: /unexpectedly/ },
  ];
  test.each(rows)('tells $code when the machine says $reason', ({ reason, code, detail }) => {
    const told = problemOfSetup(aSetup({ result: { ...result, ok: false, reason, mend: 'Do this.' } }));
    expect(told).toMatchObject({
      type: `/problems/${code}`,
      code: reason,
      mend: 'Do this.',
      retryable: true,
    });
    expect(told.detail).toMatch(/^On vm-hq-z1-1-g1 /);
    expect(told.detail).toMatch(detail);
  });

  test.each([
    {
      when: 'it printed something else',
      lastLine: 'Killed',
      detail: /ended as failed .*last line is "Killed"/,
    },
    { when: 'it printed nothing', detail: /ended as failed .*it said nothing/ },
  ])('tells where to look when there is no result and $when', ({ lastLine, detail }) => {
    const told = problemOfSetup(
      aSetup({ execution: 'failed', ...(lastLine === undefined ? {} : { lastLine }) }),
    );
    expect(told.detail).toMatch(detail);
    expect(told).toMatchObject({
      type: '/problems/setup-failed',
      mend: expect.stringContaining('/var/log') as unknown,
    });
  });
});
