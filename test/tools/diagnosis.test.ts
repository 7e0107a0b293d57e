/** Do diagnosis and remedies do what they say, run for real with systemd and pluto played by stubs? */
import { expect, test } from '@jest/globals';
import type { GatewayDiagnosis } from '../../shared/gateway/gateway-diagnosis.js';
import { parseDiagnosis } from '../../shared/gateway/parse-diagnosis.js';
import { parseSetupResult } from '../../shared/gateway/parse-setup-result.js';
import { renderDiagnoseScript } from '../../shared/gateway/render-diagnose-script.js';
import { renderRemedyScript } from '../../shared/gateway/render-remedy-script.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import { aGatewayConfig } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { stubServices } from './stub-services.js';
import { describeWith } from './tools.js';

const config = aGatewayConfig();
const scripts = [
  { path: '/usr/local/lib/setup', content: renderSetupScript(config) },
  { path: '/usr/local/lib/diagnose', content: renderDiagnoseScript(config) },
  { path: '/usr/local/lib/tunnel-up', content: renderRemedyScript(config, 'tunnel-up') },
  { path: '/usr/local/lib/ipsec-restart', content: renderRemedyScript(config, 'ipsec-restart') },
].map((file) => ({ ...file, mode: '0755' }));

/** Output of shell lines on a gateway that serves. */
function run(script: string): string {
  const secrets = 'export TK_PSK_PRIMARY=aPskOfTwentyLetters1 TK_PSK_SECONDARY=aPskOfTwentyLetters1\n';
  const begin = `set_up >/dev/null; : >"$SANDBOX/own/calls"\n`;
  const { status, stdout, stderr } = inSandbox(
    scripts,
    smallNetwork + stubServices + secrets + begin + script,
  );
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  return stdout;
}

const diagnose = 'on_machine /usr/local/lib/diagnose';
const services = { ipsec: true, forwarding: true, agent: true };
const healthy: GatewayDiagnosis = {
  changedFiles: [],
  services,
  tunnels: { primary: { state: 'up', request: true }, secondary: { state: 'up', request: true } },
  probe: 200,
  connections: 0,
};
const tools = ['iptables', 'ip', 'curl', 'python3', 'setpriv', 'sysctl'];

describeWith('diagnosis', { tools, needsRoot: true }, () => {
  test('says that all is well, and changes nothing', () => {
    const said = run(`${diagnose}; echo ----; calls`);
    const [output = '', calls = ''] = said.split('----\n');
    // The kernel of a test may track connections of the test's own.
    expect(parseDiagnosis(output)).toEqual({ ...healthy, connections: expect.any(Number) });
    expect(calls.trim().split('\n')).toEqual([
      'systemctl is-active ipsec.service tunnelkeeper-forwarding.service tunnelkeeper-agent.service',
      'ipsec trafficstatus',
    ]);
  });

  test.each<{ when: string; happens: string; seen: Partial<GatewayDiagnosis> }>([
    {
      when: 'files differ by a byte and by a mode',
      happens: `echo >>/etc/ipsec.d/tunnelkeeper.conf; chmod 644 /etc/tunnelkeeper/gateway.json`,
      seen: { ...healthy, changedFiles: ['tunnelkeeper.conf', 'gateway.json'] },
    },
    {
      when: 'the agent was stopped',
      happens: 'PATH="$SANDBOX/own/bin:$PATH" systemctl stop tunnelkeeper-agent.service',
      seen: { services: { ...services, agent: false }, tunnels: healthy.tunnels, probe: 0 },
    },
    {
      when: 'a tunnel’s credential is refused, after a silence and another tunnel’s words',
      happens: `rm "$SANDBOX/own/up/primary"; ip link set vti0 down
        cat >"$SANDBOX/own/journal" <<'SAID'
"primary" #1: STATE_V2_PARENT_I1: 15 second timeout exceeded after 5 retransmits.
"primary" #3: IKE SA authentication request rejected by peer: AUTHENTICATION_FAILED
"secondary" #4: IKE_AUTH response rejected Child SA with TS_UNACCEPTABLE
SAID`,
      seen: {
        services,
        tunnels: {
          primary: { state: 'down', request: false, because: 'credential-refused' },
          secondary: { state: 'up', request: true },
        },
      },
    },
    {
      when: 'the IKE proposal is refused, which ends in a time-out',
      happens: `rm "$SANDBOX/own/up/primary"; ip link set vti0 down
        cat >"$SANDBOX/own/journal" <<'SAID'
"primary" #1: initiator established Child SA using #1; IPsec tunnel
"primary" #3: dropping unexpected IKE_SA_INIT message containing NO_PROPOSAL_CHOSEN notification
"primary" #3: STATE_V2_PARENT_I1: 15 second timeout exceeded after 5 retransmits.
SAID`,
      seen: {
        tunnels: {
          primary: { state: 'down', request: false, because: 'ike-proposal-refused' },
          secondary: { state: 'up', request: true },
        },
      },
    },
  ])('tells what is wrong when $when', ({ happens, seen }) => {
    expect(parseDiagnosis(run(`${happens}\n${diagnose}`))).toMatchObject(seen);
  });

  test('ends within 15 s when nothing answers any more', () => {
    const hang = `printf '#!/bin/sh\\nexec /bin/sleep 100\\n'`;
    const said =
      run(`for name in sha256sum stat systemctl ipsec journalctl; do ${hang} >"$SANDBOX/own/bin/$name"; done
      chmod 755 "$SANDBOX"/own/bin/*
      kill -STOP "$(cat "$SANDBOX/own/agent")"
      iptables -I OUTPUT 1 -d 185.46.212.88 -j DROP
      began=$SECONDS; ${diagnose}; echo "$((SECONDS - began)) s"`);
    const [, seconds] = /^(\d+) s$/m.exec(said) ?? [];
    expect(Number(seconds)).toBeGreaterThan(5);
    expect(Number(seconds)).toBeLessThanOrEqual(15);
    expect(parseDiagnosis(said)).toMatchObject({
      services: { ipsec: false, forwarding: false, agent: false },
      probe: 0,
    });
  }, 60_000);
});

describeWith('remedy', { tools, needsRoot: true }, () => {
  test('tunnel-up leaves alone what carries requests', () => {
    const [output = '', calls = ''] = run(`on_machine /usr/local/lib/tunnel-up; echo ----; calls`).split(
      '----\n',
    );
    expect(parseSetupResult(output)).toMatchObject({
      ok: true,
      tunnels: { primary: { state: 'up', isNew: false }, secondary: { isNew: false } },
      probe: 200,
    });
    expect(calls).not.toMatch(/--down|--up|ipsec.service|stop/);
  });

  test.each(['tunnel-up', 'ipsec-restart'])('%s sets the rules that somebody took away, too', (remedy) => {
    const said = run(`iptables -F; iptables -t nat -F; on_machine /usr/local/lib/${remedy} | tail -n 1
      iptables -S FORWARD; ask`);
    const [result = '', ...rest] = said.split('\n');
    expect(parseSetupResult(result)).toMatchObject({ ok: true, probe: 200 });
    expect(rest.slice(0, 3)).toEqual(['-P FORWARD ACCEPT', '-A FORWARD -j TK-RESET', '-A FORWARD -j TK']);
    expect(rest[3]).toMatch(/^edge/);
  });

  test.each([
    { remedy: 'tunnel-up', primary: false, secondary: true, when: 'a child SA is gone', script: 'true' },
    {
      remedy: 'tunnel-up',
      primary: false,
      secondary: true,
      when: 'a child SA stands and its device leads nowhere',
      script: 'echo 9 >"$SANDBOX/own/up/secondary"; ip link set vti1 down',
    },
    {
      remedy: 'ipsec-restart',
      primary: true,
      secondary: true,
      when: 'pluto was stopped',
      script: 'rm "$SANDBOX/own/up/primary" "$SANDBOX/own/active/ipsec.service"',
    },
  ])('$remedy brings back what is down when $when', ({ remedy, primary, secondary, script }) => {
    const said = run(`rm "$SANDBOX/own/up/secondary"; ${script}
      on_machine /usr/local/lib/${remedy}; ${diagnose}`);
    expect(parseSetupResult(said)).toMatchObject({
      ok: true,
      tunnels: { primary: { state: 'up', isNew: primary }, secondary: { state: 'up', isNew: secondary } },
      probe: 200,
    });
    expect(parseDiagnosis(said)?.tunnels).toEqual(healthy.tunnels);
  });

  test('ipsec-restart explains a refusal as the setup does', () => {
    const refusal = '003 "primary" #9: IKE SA authentication request rejected by peer: AUTHENTICATION_FAILED';
    const said = run(`for role in primary secondary; do echo '${refusal}' >"$SANDBOX/own/refusal-$role"; done
      on_machine /usr/local/lib/ipsec-restart`);
    expect(said).toContain('ended with 1');
    expect(parseSetupResult(said)).toMatchObject({ ok: false, reason: 'credential-refused' });
  });
});
