/** Does a modelled gateway get Netdata where it is asked for, go without where it can't, and lose it again? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { parseDiagnosis } from '../../../../shared/gateway/parse-diagnosis.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { renderDiagnoseScript } from '../../../../shared/gateway/render-diagnose-script.js';
import { netdataPaths } from '../../../../shared/gateway/render-netdata.js';
import { renderSetupScript } from '../../../../shared/gateway/render-setup-script.js';
import { aConfig, aWorld, ended, pass, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const watched = { netdata: { from: ['10.9.0.0/24'] } };

/** What a script on the machine says. */
async function said({ guest }: World, script: string): Promise<string> {
  const { signal } = new AbortController();
  return (await ended(guest.runScript({ script, environment: {}, signal }))).stdout;
}

const asks = `curl -s -o /dev/null -m 2 -w '%{http_code}' http://127.0.0.1:19999/api/v1/info`;
const states = 'systemctl is-active netdata.service tunnelkeeper-agent.service ipsec.service';
const finds = netdataPaths.map((path) => `[ ! -e ${path} ] || echo ${path}`).join('\n');

test('a gateway gets Netdata when it is asked for, keeps it over a boot, and loses it when it isn’t any more', async () => {
  const world = aWorld({ config: watched });
  const first = parseSetupResult((await world.setUp()).stdout);
  expect(first).toMatchObject({ ok: true, probe: 200 });
  expect(first?.warning).toBeUndefined();
  expect(first?.changed).toContain('netdata.conf');
  expect(await said(world, asks)).toBe('200');
  expect((await said(world, finds)).trim().split('\n')).toEqual(netdataPaths);

  const second = parseSetupResult((await world.setUp()).stdout);
  expect(second).toMatchObject({ ok: true, changed: [] });

  world.guest.powerOff();
  world.boot();
  await pass(120);
  expect(await said(world, asks)).toBe('200');

  const without = await world.setUp({ script: renderSetupScript(aConfig()) });
  expect(parseSetupResult(without.stdout)).toMatchObject({ ok: true, changed: [], probe: 200 });
  expect(await said(world, finds)).toBe('');
  expect(await said(world, asks)).toBe('000');
  expect(await said(world, states)).toBe('inactive\nactive\nactive\n');
  world.guest.powerOff();
  world.boot();
  await pass(120);
  expect(await said(world, states)).toBe('inactive\nactive\nactive\n');
  expect(world.guests.gaps()).toEqual([]);
  expect(world.guests.leaks()).toBe(0);
});

test.each([
  {
    when: 'its distribution has none',
    setting: { lacksPackage: (name: string) => name.startsWith('netdata') },
    warning: 'netdata-not-packaged',
    tells: 'This distribution has no Netdata',
  },
  {
    when: 'the mirror is away by then',
    setting: { spoilScript: (script: string) => script.replace(/timeout 120 apt-get .* update/, 'false') },
    warning: 'netdata-not-installed',
    tells: "Netdata can't be installed",
  },
  {
    when: 'the service doesn’t come up',
    setting: {
      spoilScript: (script: string) => script.replace('ExecStart=/usr/local', 'ExecStart=/usr/lokal'),
    },
    warning: 'netdata-silent',
    tells: "Netdata doesn't answer",
  },
])('a gateway serves without Netdata, and says so, when $when', async ({ setting, warning, tells }) => {
  const world = aWorld({ config: watched, ...setting });
  const end = await world.setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: true, probe: 200, warning });
  expect(end.stdout).toContain(tells);
  expect(end.exitCode).toBe(0);
  await pass(5);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  expect(world.guests.gaps()).toEqual([]);
});

test('a diagnosis misses files of Netdata where it is installed alone', async () => {
  const diagnose = renderDiagnoseScript(aConfig(watched));
  const bare = aWorld({ config: watched, lacksPackage: (name) => name.startsWith('netdata') });
  await bare.setUp();
  await pass(5);
  expect(parseDiagnosis(await said(bare, diagnose))?.changedFiles).toEqual([]);

  const world = aWorld({ config: watched });
  await world.setUp();
  await pass(5);
  expect(parseDiagnosis(await said(world, diagnose))?.changedFiles).toEqual([]);
  await said(world, 'rm -f /etc/netdata/netdata.conf');
  expect(parseDiagnosis(await said(world, diagnose))?.changedFiles).toEqual(['netdata.conf']);
});
