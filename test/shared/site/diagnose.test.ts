/** Which cause is found, and from what? A row for each cause and each trouble of a tunnel. */
import { describe, expect, test } from '@jest/globals';
import type { GatewayDiagnosis } from '../../../shared/gateway/gateway-diagnosis.js';
import type { SetupFailure } from '../../../shared/gateway/setup-result.js';
import type { TunnelTrouble } from '../../../shared/gateway/tunnel-trouble.js';
import { gatewayHealth, type GatewayHealth } from '../../../shared/site/gateway-health.js';
import type { Cause } from '../../../shared/site/remedy.js';
import { allIsWell } from './helpers/azure-in-words.js';
import { aSlot, atSeconds, noon } from './helpers/builders.js';
import { aHealth, aMachine, aRun, aSample, aTroubleReport, iso } from './helpers/mending.js';
import { diagnose } from '../../../shared/site/diagnose.js';
import type { GatewayFacts } from '../../../shared/site/diagnosis.js';

const edge = 'fra4-vpn.zscaler.net';
const quiet: GatewayFacts = {
  slot: aSlot('1'),
  isInFlight: false,
  edge: { name: edge, servesOthers: 0, others: 1 },
  isSecretNewer: false,
};

const found = (health: Partial<GatewayHealth>, facts: Partial<GatewayFacts> = {}, now = noon) =>
  diagnose({ ...quiet, health: aHealth(health), ...facts }, now);

/** A gateway that complains, and whose machine said this a moment ago. */
const told = (said: Partial<GatewayDiagnosis>, facts: Partial<GatewayFacts> = {}) =>
  found(
    {
      complaint: aSample(0),
      said: { at: iso(-5), diagnosis: { ...allIsWell, probe: 503, ...said } },
    },
    facts,
  );

const down = (because: TunnelTrouble) =>
  ({
    tunnels: { primary: { state: 'down', request: false, because } },
  }) as const;

describe('diagnose finds without asking', () => {
  test.each<{ when: string; health?: Partial<GatewayHealth>; facts?: Partial<GatewayFacts>; cause: Cause }>([
    { when: 'it serves and nothing speaks against it', cause: 'healthy' },
    {
      when: 'its machine is stopped',
      health: { machine: aMachine({ power: 'stopped' }) },
      cause: 'vm-stopped',
    },
    {
      when: 'its machine is deallocated',
      health: { machine: aMachine({ power: 'deallocated' }), complaint: aSample(0) },
      cause: 'vm-stopped',
    },
    { when: 'its machine starts', health: { machine: aMachine({ power: 'starting' }) }, cause: 'starting' },
    {
      when: 'its machine is written by somebody',
      health: { machine: aMachine({ state: 'changing' }), complaint: aSample(0) },
      cause: 'starting',
    },
    {
      when: 'something of ours is in flight on its machine',
      health: { complaint: aSample(0) },
      facts: { isInFlight: true },
      cause: 'starting',
    },
  ])('$cause when $when', ({ health = {}, facts, cause }) => {
    expect(found(health, facts)).toMatchObject({ cause });
    expect(found(health, facts)).not.toHaveProperty('mustAsk');
  });

  test('vm-missing when there is no machine', () => {
    expect(diagnose(quiet, noon)).toEqual({
      cause: 'vm-missing',
      sentence: 'hq-z1-1 has no machine.',
      evidence: {},
    });
  });

  test('starting when it has not served yet', () => {
    expect(diagnose({ ...quiet, health: { machine: aMachine() } }, noon).cause).toBe('starting');
  });
});

describe('diagnose asks the machine before it judges a complaint', () => {
  const complaint = aSample(40);
  const pending = (seconds: number) => aRun({ requestedAt: iso(-seconds) });

  test('with the numbers that speak against it', () => {
    expect(found({ complaint })).toEqual({
      cause: 'cannot-tell',
      mustAsk: true,
      sentence:
        'hq-z1-1 may not serve: 40 % of the balancer’s probes were answered in a minute. The machine is asked.',
      evidence: { machine: 'vm-hq-z1-1-g1', probesAnsweredPercent: 40, minute: iso(-60) },
    });
  });

  test.each([
    { seconds: 0, cause: 'cannot-tell' },
    { seconds: 299, cause: 'cannot-tell' },
    { seconds: 300, cause: 'vm-unresponsive' },
  ])('waits for its answer: after $seconds s $cause', ({ seconds, cause }) => {
    const { mustAsk, ...diagnosis } = found({ complaint, diagnose: pending(seconds) });
    expect(diagnosis).toMatchObject({ cause, sentence: expect.stringContaining(`${seconds} s`) as unknown });
    expect(mustAsk).toBeUndefined();
  });

  test.each([
    { when: 'it was proved since', health: { provedAt: iso(-100) } },
    { when: 'it was moved since', health: { touchedAt: iso(-100) } },
    { when: 'it was asked in that second', health: { provedAt: iso(-301) } },
  ])('and asks anew when $when', ({ health }) => {
    expect(found({ complaint, diagnose: pending(301), ...health })).toMatchObject({ mustAsk: true });
  });

  const mute = (changes: { readonly seconds?: number; readonly age?: number }) =>
    found({
      complaint,
      said: {
        at: iso(-(changes.age ?? 5)),
        failure: 'nothing',
        ...(changes.seconds === undefined ? {} : { seconds: changes.seconds }),
      },
    });

  test.each([
    { seconds: 179, cause: 'cannot-tell' },
    { seconds: 180, cause: 'vm-unresponsive' },
  ])('a script that was ended without a word after $seconds s: $cause', ({ seconds, cause }) => {
    expect(mute({ seconds })).toMatchObject({ cause });
    expect(mute({ seconds })).not.toHaveProperty('mustAsk');
  });

  test.each([
    { age: 299, mustAsk: undefined },
    { age: 300, mustAsk: true },
  ])('an answer that nobody can read is asked for again after $age s: $mustAsk', ({ age, mustAsk }) => {
    expect(mute({ age }).mustAsk).toBe(mustAsk);
    expect(mute({ age }).cause).toBe('cannot-tell');
  });
});

describe('diagnose leaves a gateway that reports trouble to its agent at first', () => {
  const reported = { reported: 'probe 503, primary down: no-child-sa' };

  test('and says for how long', () => {
    expect(found({ report: aTroubleReport(-44) })).toEqual({
      cause: 'cannot-tell',
      sentence:
        'hq-z1-1 reported 44 s ago that it does not serve (probe 503, primary down: no-child-sa); its agent has 45 s to mend that.',
      evidence: { machine: 'vm-hq-z1-1-g1', ...reported, reportedAt: iso(-44) },
    });
  });

  test('and asks the machine then', () => {
    expect(found({ report: aTroubleReport(-45) })).toEqual({
      cause: 'cannot-tell',
      mustAsk: true,
      sentence:
        'hq-z1-1 may not serve: it reports so itself (probe 503, primary down: no-child-sa). The machine is asked.',
      evidence: { machine: 'vm-hq-z1-1-g1', ...reported, reportedAt: iso(-45) },
    });
  });

  test.each([
    { when: 'the balancer bears it out', health: { complaint: aSample(40) }, facts: {} },
    { when: 'it is being mended', health: {}, facts: { mendedSince: iso(-600) } },
  ])('but asks at once when $when', ({ health, facts }) => {
    expect(found({ report: aTroubleReport(-1), ...health }, facts)).toMatchObject({ mustAsk: true });
  });

  test('and judges by what the machine says once it has said it', () => {
    const diagnosis = { ...allIsWell, probe: 503, ...down('credential-refused') };
    const health = { report: aTroubleReport(-5), said: { at: iso(-1), diagnosis } };
    expect(found(health)).toMatchObject({ cause: 'credential-refused' });
  });
});

describe('diagnose reads what the machine says, the outermost first', () => {
  test.each<{ when: string; said: Partial<GatewayDiagnosis>; is: object }>([
    {
      when: 'a file was changed by hand, whatever else is wrong',
      said: {
        changedFiles: ['ipsec.conf'],
        services: { ipsec: false, forwarding: true, agent: true },
        ...down('edge-silent'),
      },
      is: { cause: 'config-drift', sentence: 'On hq-z1-1 ipsec.conf is not what was set up.' },
    },
    {
      when: 'ipsec does not run',
      said: { services: { ipsec: false, forwarding: true, agent: true }, ...down('unknown') },
      is: { cause: 'tunnel-down', from: 'ipsec-restart' },
    },
    {
      when: 'it carries requests and the probe fails',
      said: {},
      is: { cause: 'config-drift', sentence: 'hq-z1-1 carries requests, and answers the probe with 503.' },
    },
    {
      when: 'nothing answers the probe',
      said: { services: { ipsec: true, forwarding: true, agent: false }, probe: 0 },
      is: {
        cause: 'config-drift',
        sentence: 'hq-z1-1 carries requests, and has no agent that answers the probe.',
      },
    },
    {
      when: 'the tunnel is up and no request comes back',
      said: { tunnels: { primary: { state: 'up', request: false } } },
      is: { cause: 'proxy-dead' },
    },
    {
      when: 'one of two tunnels is up and answers nothing',
      said: {
        tunnels: {
          primary: { state: 'down', request: false, because: 'edge-silent' },
          secondary: { state: 'up', request: false },
        },
      },
      is: { cause: 'proxy-dead' },
    },
    {
      when: 'one tunnel is refused and the other silent',
      said: {
        tunnels: {
          primary: { state: 'down', request: false, because: 'edge-silent' },
          secondary: { state: 'down', request: false, because: 'credential-refused' },
        },
      },
      is: { cause: 'credential-refused' },
    },
    {
      when: 'a tunnel is down without a reason',
      said: { tunnels: { primary: { state: 'down', request: false } } },
      is: { cause: 'tunnel-down' },
    },
  ])('$is.cause when $when', ({ said, is }) => {
    expect(told(said)).toMatchObject(is);
    expect(told(said).evidence).toMatchObject({ saidAt: iso(-5), probesAnsweredPercent: 0 });
  });

  const troubles: Readonly<Record<TunnelTrouble, object>> = {
    'credential-refused': { cause: 'credential-refused' },
    'edge-silent': { cause: 'service-edge-down' },
    'ike-proposal-refused': { cause: 'tunnel-down', isFarSide: true },
    'esp-proposal-refused': { cause: 'tunnel-down', isFarSide: true },
    'selectors-refused': { cause: 'tunnel-down', isFarSide: true },
    'psk-unusable': { cause: 'tunnel-down', isFarSide: true },
    unknown: { cause: 'tunnel-down' },
  };

  test.each(Object.entries(troubles))('%s is %j', (trouble, is) => {
    const diagnosis = told(down(trouble as TunnelTrouble)); // a key of the record above
    expect(diagnosis).toMatchObject(is);
    expect('isFarSide' in diagnosis).toBe('isFarSide' in is);
    expect(diagnosis.evidence).toMatchObject({ tunnels: [`primary down: ${trouble}`] });
  });

  const failures: Readonly<Record<SetupFailure, Cause>> = {
    'credential-refused': 'credential-refused',
    'edge-silent': 'service-edge-down',
    'ike-proposal-refused': 'tunnel-down',
    'esp-proposal-refused': 'tunnel-down',
    'selectors-refused': 'tunnel-down',
    'psk-unusable': 'tunnel-down',
    'proxy-silent': 'proxy-dead',
    'packages-not-installed': 'tunnel-down',
    'package-lock-held': 'tunnel-down',
    'configuration-refused': 'tunnel-down',
    unexpected: 'tunnel-down',
  };

  test.each(Object.entries(failures))('a script that ended with %s means %s', (failure, cause) => {
    const said = { at: iso(-5), failure: failure as SetupFailure }; // a key of the record above
    expect(found({ complaint: aSample(0), said })).toMatchObject({ cause, evidence: { because: failure } });
  });
});

describe('diagnose tells this side from the far side', () => {
  test.each([
    { others: 2, servesOthers: 0, means: { cause: 'service-edge-down' } },
    { others: 2, servesOthers: 1, means: { cause: 'tunnel-down' } },
    { others: 0, servesOthers: 0, means: { cause: 'tunnel-down', isFarSide: true } },
  ])('a silent edge that serves $servesOthers of $others others: $means', ({ means, ...others }) => {
    expect(told(down('edge-silent'), { edge: { name: edge, ...others } })).toMatchObject(means);
  });

  test.each([
    { isSecretNewer: false, cause: 'credential-refused' },
    { isSecretNewer: true, cause: 'secret-newer' },
  ])('a refused credential, a newer secret in the vault: $isSecretNewer, is $cause', (row) => {
    expect(told(down('credential-refused'), row).cause).toBe(row.cause);
  });
});

describe('diagnose believes a recovery by a whole good minute after the mend, and not before', () => {
  const begunAt = iso(-300);
  const after = (seconds: number, percent = 100) => {
    const samples = [aSample(0, -420), aSample(percent, seconds)];
    const health = gatewayHealth({ resources: [], machine: aMachine(), setup: undefined, samples });
    return diagnose({ ...quiet, health, mendedSince: begunAt }, atSeconds(0)).cause;
  };

  test.each([
    { when: 'the minute began before the mend', seconds: -301, cause: 'cannot-tell' },
    { when: 'the minute began with the mend', seconds: -300, cause: 'cannot-tell' },
    { when: 'the minute began after the mend', seconds: -299, cause: 'healthy' },
    { when: 'not all of it was answered', seconds: -240, percent: 99, cause: 'cannot-tell' },
  ])('$cause when $when', ({ seconds, percent, cause }) => {
    expect(after(seconds, percent)).toBe(cause);
  });

  test('and asks the machine meanwhile', () => {
    expect(found({}, { mendedSince: begunAt })).toMatchObject({
      mustAsk: true,
      sentence: expect.stringContaining('nothing has spoken for it yet') as unknown,
    });
  });
});
