/** Does the setup script do what its steps say, run for real with systemd and pluto played by stubs? */
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { configHash } from '../../shared/gateway/config-hash.js';
import type { GatewayConfig } from '../../shared/gateway/gateway-config.js';
import { parseSetupResult } from '../../shared/gateway/parse-setup-result.js';
import { path } from '../../shared/gateway/paths.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import { aGatewayConfig, aTunnel, gatewayCases } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { stubServices } from './stub-services.js';
import { describeWith } from './tools.js';

const psk = 'aPskOfTwentyLetters1';
const secrets = `export TK_PSK_PRIMARY=${psk} TK_PSK_SECONDARY=${psk}\n`;

function run(script: string, config: GatewayConfig = aGatewayConfig()): string {
  const file = { path: '/usr/local/lib/setup', mode: '0755', content: renderSetupScript(config) };
  const { status, stdout, stderr } = inSandbox([file], smallNetwork + stubServices + script);
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  expect(stdout + stderr).not.toContain(psk);
  return stdout;
}

const alone = aGatewayConfig({ tunnels: [aTunnel('primary', '198.51.101.10')] });
const tools = ['iptables', 'ip', 'curl', 'python3', 'ipsec', 'setpriv', 'sysctl'];

describeWith('setup script', { tools, needsRoot: true }, () => {
  test.each(
    gatewayCases.filter(({ config }) => config.routing === 'route-based' && config.netdata === undefined),
  )('sets up an empty machine, and a second run changes nothing, when $name', ({ config }) => {
    const between = 'echo ----';
    const said = run(
      `${secrets}set_up; ${between}; : >"$SANDBOX/own/calls"; set_up; ${between}; calls; ask`,
      config,
    );
    const [first = '', second = '', calls = ''] = said.split('----\n');
    const serving = (isNew: boolean) => {
      const state = { state: 'up', seconds: expect.any(Number), isNew };
      const tunnels = Object.fromEntries(config.tunnels.map(({ role }) => [role, state]));
      return { ok: true, config: configHash(config), tunnels, probe: 200 };
    };
    expect(parseSetupResult(first)).toEqual({ ...serving(true), changed: expect.any(Array) });
    expect(parseSetupResult(first)?.changed).toContain('tunnelkeeper.secrets');
    expect(parseSetupResult(second)).toEqual({ ...serving(false), changed: [] });
    expect(calls).not.toMatch(/ (stop|restart) |start ipsec|--shutdown|--down|--up/);
    expect(calls.trim().split('\n').at(-1)).toBe('edge0');
  });

  test('secrets, and what the agent is told, are for root, and no command inherits a PSK', () => {
    const said =
      run(`${secrets}mkdir -p ${dirname(path.netdataDropIn)}; touch ${path.netdataDropIn}; set_up >/dev/null
      calls | grep -c 'disable -q --now netdata'
      stat -c '%a %n' /etc/ipsec.d/tunnelkeeper.secrets /etc/tunnelkeeper /etc/tunnelkeeper/gateway.json /usr/local/lib/tunnelkeeper
      grep -c '${psk}' /etc/ipsec.d/tunnelkeeper.secrets; grep -rl '${psk}' /etc /usr/local/lib; cat "$SANDBOX/own/inherited"`);
    expect(said.trim().split('\n')).toEqual([
      '1',
      '600 /etc/ipsec.d/tunnelkeeper.secrets',
      '755 /etc/tunnelkeeper',
      '600 /etc/tunnelkeeper/gateway.json',
      '755 /usr/local/lib/tunnelkeeper',
      '2',
      '/etc/ipsec.d/tunnelkeeper.secrets',
    ]);
  });

  test.each([
    { pluto: 'answers', mute: '' },
    // Longer than a patience of 10 s, after which a new PSK was once told as proved that pluto had never read.
    { pluto: 'answers after 13 s', mute: 'echo $(($(date +%s) + 13)) >"$SANDBOX/own/mute-until"; ' },
    { pluto: 'runs, and systemd doesn’t say so', mute: 'touch "$SANDBOX/own/mute-systemd"; ' },
  ])(
    'another PSK is read, and the tunnels authenticate anew, without a restart, when pluto $pluto',
    ({ mute }) => {
      const other = 'export TK_PSK_PRIMARY=anotherPskOfLetters2';
      const said = run(
        `${secrets}set_up >/dev/null; : >"$SANDBOX/own/calls"; ${other}; ${mute}set_up; echo ----; calls`,
      );
      const [result = '', calls = ''] = said.split('----\n');
      expect(parseSetupResult(result)).toMatchObject({
        ok: true,
        changed: ['tunnelkeeper.secrets'],
        tunnels: { primary: { isNew: true }, secondary: { isNew: true } },
      });
      const touched = calls.split('\n').filter((line) => /rereadsecrets|--down|--up|stop|restart/.test(line));
      expect(touched).toEqual([
        'ipsec auto --rereadsecrets',
        'ipsec auto --down primary',
        'ipsec auto --down secondary',
        'ipsec auto --up primary',
        'ipsec auto --up secondary',
      ]);
    },
  );

  test('a change that an ended run left behind is taken up by the next', () => {
    const breaks = `printf '#!/bin/sh\\nexit 1\\n' >"$SANDBOX/own/bin/iptables-restore"; chmod 755 "$SANDBOX"/own/bin/*`;
    const said = run(
      `${secrets}set_up >/dev/null
      sed -i 's/dpddelay=5/dpddelay=6/' /usr/local/lib/setup; ${breaks}; set_up >/dev/null
      rm "$SANDBOX/own/bin/iptables-restore"; : >"$SANDBOX/own/calls"; set_up; echo ----; calls; set_up >/dev/null; echo ----; calls`,
      alone,
    );
    const [result = '', calls = '', afterwards = ''] = said.split('----\n');
    expect(parseSetupResult(result)).toMatchObject({ ok: true, changed: [] });
    expect(calls).toContain('ipsec whack --shutdown\n');
    expect(calls).toContain('systemctl start ipsec.service\n');
    expect(afterwards).not.toContain('--shutdown');
  });

  test('pluto comes back by itself when a run is killed after it has ended pluto', () => {
    const said = run(
      `${secrets}set_up >/dev/null; sed -i 's/dpddelay=5/dpddelay=6/' /usr/local/lib/setup
      cat >"$SANDBOX/own/bin/ip" <<'STUB'
#!/bin/bash
case $* in "link del vti0") kill -9 $PPID ;; *) exec /usr/sbin/ip "$@" ;; esac
STUB
      chmod 755 "$SANDBOX/own/bin/ip"; set_up 2>/dev/null; /bin/sleep 2
      PATH="$SANDBOX/own/bin:$PATH" systemctl is-active ipsec.service`,
      alone,
    );
    expect(said).toContain('ended with 137\n');
    expect(said).toMatch(/\nactive\n$/);
  });

  test('one tunnel is enough, and the other is reported', () => {
    const said = run(`${secrets}echo silence >"$SANDBOX/own/refusal-primary"; set_up; ask`);
    expect(parseSetupResult(said.split('\n').slice(0, -2).join('\n'))).toMatchObject({
      ok: true,
      tunnels: { primary: { state: 'down' }, secondary: { state: 'up' } },
      probe: 200,
    });
    expect(said).toMatch(/edge1\n$/);
  });

  // What pluto 4.10 said, word for word (docs/gateway.md, what each failure looks like).
  test.each([
    {
      reason: 'credential-refused',
      said: '003 "primary" #9: IKE SA authentication request rejected by peer: AUTHENTICATION_FAILED',
    },
    {
      reason: 'ike-proposal-refused',
      said: '003 "primary" #1: dropping unexpected IKE_SA_INIT message containing NO_PROPOSAL_CHOSEN notification',
    },
    {
      reason: 'esp-proposal-refused',
      said: '003 "primary" #20: IKE_AUTH response rejected Child SA with NO_PROPOSAL_CHOSEN',
    },
    {
      reason: 'selectors-refused',
      said: '003 "primary" #3: IKE_AUTH response rejected Child SA with TS_UNACCEPTABLE',
    },
    {
      reason: 'psk-unusable',
      said: `003 "primary" #1: authentication failed: no PSK found for '203.0.113.5'`,
    },
    { reason: 'configuration-refused', said: '021 no connection named "primary"' },
    { reason: 'edge-silent', said: '031 "primary" #1: STATE_V2_PARENT_I1: 15 second timeout exceeded' },
  ])('a tunnel that doesn’t come up is explained as $reason', ({ reason, said }) => {
    const output = run(
      `${secrets}cat >"$SANDBOX/own/refusal-primary" <<'SAID'
${said}
SAID
      set_up; echo ----; calls`,
      alone,
    );
    const [result = '', calls = ''] = output.split('----\n');
    expect(result).toContain('ended with 1');
    expect(parseSetupResult(result)).toMatchObject({
      ok: false,
      reason,
      tunnels: { primary: { state: 'down' } },
      probe: 0,
    });
    // Both are started all the same, so that the gateway serves by itself when the far side is mended.
    expect(calls).toContain('restart tunnelkeeper-forwarding.service');
    expect(calls).toContain('restart tunnelkeeper-agent.service');
  });

  test.each([
    { when: 'it is missing', value: '' },
    { when: 'it is too short', value: 'seven77' },
    { when: 'it holds what a shell would expand', value: '$sCAkcUwe434DwK4c54' },
  ])('a PSK is refused before anything lands when $when', ({ value }) => {
    const said = run(`export TK_PSK_PRIMARY='${value}'; set_up; ls /etc/tunnelkeeper 2>&1 || true`, alone);
    expect(parseSetupResult(said)).toMatchObject({ ok: false, reason: 'psk-unusable', changed: [] });
    expect(said).toContain('No such file');
  });

  test('an installation that was cut off is brought to its end first', () => {
    const stubs = `
cat >"$SANDBOX/own/bin/dpkg-query" <<'STUB'
#!/bin/sh
if [ -e "$SANDBOX/own/configured" ]; then echo install ok installed; else echo install ok half-configured; fi
STUB
cat >"$SANDBOX/own/bin/dpkg" <<'STUB'
#!/bin/sh
case "$*" in *"--configure -a") touch "$SANDBOX/own/configured" ;; esac
STUB
cat >"$SANDBOX/own/bin/apt-get" <<'STUB'
#!/bin/sh
echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem." >&2
exit 100
STUB
chmod 755 "$SANDBOX"/own/bin/*`;
    expect(parseSetupResult(run(`${secrets}${stubs}; set_up`, alone))).toMatchObject({
      ok: true,
      probe: 200,
    });
  });

  test('no file is open to others before it is in its place', () => {
    const looks = `printf '#!/bin/sh\\nstat -c %%a "$2" >>"$SANDBOX/own/modes"\\nexec /usr/bin/chmod "$@"\\n' >"$SANDBOX/own/bin/chmod"; /usr/bin/chmod 755 "$SANDBOX/own/bin/chmod"`;
    const said = run(`${secrets}${looks}; set_up >/dev/null; sort -u "$SANDBOX/own/modes"`, alone);
    expect(said).toBe('600\n');
  });

  test.each([
    {
      what: 'a file',
      full: 'tunnelkeeper.conf',
      change: `sed -i 's/dpddelay=5/dpddelay=6/' /usr/local/lib/setup`,
    },
    { what: 'the secrets', full: 'tunnelkeeper.secrets', change: 'TK_PSK_PRIMARY=anotherPskOfLetters2' },
  ])('$what that a full disk doesn’t take stays as it was, and no tunnel is touched', ({ full, change }) => {
    const said = run(
      `${secrets}set_up >/dev/null; cp /etc/ipsec.d/${full} "$SANDBOX/own/was"
      ${change}; ln -s /dev/full /etc/ipsec.d/${full}.tk-new; : >"$SANDBOX/own/calls"; set_up 2>/dev/null
      echo ----; calls; cmp "$SANDBOX/own/was" /etc/ipsec.d/${full} && echo same; ls /etc/ipsec.d`,
      alone,
    );
    const [result = '', rest = ''] = said.split('----\n');
    expect(parseSetupResult(result)).toMatchObject({ ok: false, reason: 'unexpected' });
    expect(result).toContain("make room on the machine's disk");
    expect(rest).toContain('same\n');
    expect(rest).not.toMatch(/stop|restart|--down|tk-new/);
  });

  test('pluto isn’t started when the rule can’t be set', () => {
    const refusal = `printf '#!/bin/sh\\nexit 1\\n' >"$SANDBOX/own/bin/iptables-restore"; chmod 755 "$SANDBOX"/own/bin/*`;
    const said = run(`${secrets}${refusal}; set_up; echo ----; calls; cat /proc/sys/net/ipv4/ip_forward`);
    const [result = '', calls = ''] = said.split('----\n');
    expect(parseSetupResult(result)).toMatchObject({ ok: false, reason: 'unexpected' });
    expect(calls).not.toContain('ipsec.service');
    expect(calls.trim().split('\n').at(-1)).toBe('0');
  });
});
