/** Does a real machine take what is written for Netdata, and does a setup do without it where it must? */
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseSetupResult } from '../../shared/gateway/parse-setup-result.js';
import { path } from '../../shared/gateway/paths.js';
import { renderNetdataFiles } from '../../shared/gateway/render-netdata.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import { aGatewayConfig, aTunnel } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { stubServices } from './stub-services.js';
import { describeWith } from './tools.js';

const alone = aGatewayConfig({ tunnels: [aTunnel('primary', '198.51.101.10')] });
const watched = { ...alone, netdata: { from: ['10.9.0.0/24', '10.10.0.0/15'] } };
const written = renderNetdataFiles(watched);
const psk = 'aPskOfTwentyLetters1';

/** Debian's own unit, as far as the drop-in changes it. */
const debiansUnit = {
  path: '/etc/systemd/system/netdata.service',
  mode: '0644',
  content: `[Service]
Type=simple
ExecStart=/bin/true -D
User=root
OOMScoreAdjust=-900
Restart=on-abnormal
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_SETGID CAP_SETUID CAP_NET_RAW CAP_AUDIT_WRITE
[Install]
WantedBy=multi-user.target
`,
};

function run(script: string, change: (content: string) => string = (same) => same) {
  const files = [debiansUnit, ...written].map((file) => ({ ...file, content: change(file.content) }));
  return inSandbox(files, script);
}

describeWith(
  'what is written for Netdata',
  { tools: ['visudo', 'systemd-analyze', 'ip'], needsRoot: true },
  () => {
    const checks = `visudo -cq -f ${path.netdataSudoers}`;

    test('sudo takes its rules, and refuses one that is none', () => {
      expect(run(checks)).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(run(checks, (text) => text.replace('NOPASSWD:', 'NOPASSWD')).status).not.toBe(0);
    });

    const asNetdata = (question: string) =>
      run(`useradd --system -M netdata
      setpriv --reuid netdata --regid netdata --clear-groups --bounding-set -all,+setuid,+setgid,+audit_write \\
        sudo -n -l /usr/sbin/ipsec ${question}`);

    test.each([
      { question: 'whack --status', status: 0 },
      { question: 'whack --trafficstatus', status: 0 },
      { question: 'whack --shutdown', status: 1 },
      { question: 'whack --status --shutdown', status: 1 },
      { question: 'showhostkey --dump', status: 1 },
    ])(
      'Netdata with the rights that its unit leaves it may ask ipsec $question: $status',
      ({ question, status }) => {
        expect(asNetdata(question).status).toBe(status);
      },
    );

    // As Libreswan 4.10 says it; what Netdata's own module looks for in them.
    const whack = `printf '#!/bin/sh\\ncat "$SANDBOX/own/status"\\n' >"$SANDBOX/own/sudo"; chmod 755 "$SANDBOX/own/sudo"
      cat >"$SANDBOX/own/status" <<'STATUS'
000 #7: "primary":4500 STATE_V2_ESTABLISHED_IKE_SA (established IKE SA); LIVENESS in 3s; newest; idle;
000 #8: "primary":4500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); LIVENESS in 3s; REKEY in 27880s; newest; eroute owner; IKE SA #7; idle;
000 #6: "primary":4500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); EXPIRE in 20s; IKE SA #7; idle;
STATUS
      sudo() { "$SANDBOX/own/sudo"; }
      IPSEC_CMD=/usr/sbin/ipsec`;

    test('Netdata’s module finds the newest child SA of each tunnel, and nothing else', () => {
      const { stdout } = run(`${whack}; . ${path.netdataTunnels}
        libreswan_ipsec whack --status | grep -o '#[0-9]*: .*IPsec SA established.*newest IPSEC' | cut -d' ' -f1,2`);
      expect(stdout).toBe('#8: "primary":4500\n');
    });

    test('its charts come with each tunnel, and last while there is none', () => {
      const { stdout, status } = run(`${whack}; . ${path.netdataTunnels}
        declare -A libreswan_connected_tunnels=()
        libreswan_get() { [ "\${#libreswan_connected_tunnels[@]}" -gt 0 ]; }
        libreswan_create_one() { echo "chart $*"; }
        libreswan_update_one() { echo "values $*"; }
        libreswan_update 5 && echo none; libreswan_connected_tunnels[8]=primary; libreswan_update 5`);
      expect([status, stdout]).toEqual([0, 'none\nchart 8\nvalues 8 5\n']);
    });

    const verify = 'SYSTEMD_LOG_TARGET=console systemd-analyze verify --man=no netdata.service';

    test('systemd takes the drop-in without a word, and complains of a prefix that is none', () => {
      expect(run(verify)).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(run(verify, (text) => text.replace('10.10.0.0/15', '10.10.0.0/150')).stderr).toContain(
        'Address prefix is invalid',
      );
    });

    test('it starts on the NIC’s address and on loopback, and not without an address', () => {
      const starts = `printf '#!/bin/sh\\necho "$@"\\n' >/etc/netdata-said; chmod 755 /etc/netdata-said
      touch "$SANDBOX/own/netdata"; sed -i 's#/usr/sbin/netdata#/etc/netdata-said#' ${path.netdataAtNic}
      ip link add nic0 type veth peer name nic1; ip link set nic0 up; ip link set nic1 up`;
      const address = 'ip addr add 10.0.0.4/24 dev nic0; ip route add default via 10.0.0.1';
      expect(run(`${starts}; ${address}; ${path.netdataAtNic}`).stdout).toBe('-D -i 127.0.0.1 10.0.0.4\n');
      const none = run(
        `${starts}; ip route add default dev nic0; ${path.netdataAtNic} || echo "ended with $?"`,
      );
      expect(none.stdout).toBe('The NIC has no address.\nended with 1\n');
    });
  },
);

const tools = ['iptables', 'ip', 'curl', 'python3', 'ipsec', 'setpriv', 'sysctl', 'apt-get'];

describeWith('setup script with Netdata', { tools, needsRoot: true }, () => {
  const setUps = (script: string) => {
    const files = [
      { path: '/usr/local/lib/setup', mode: '0755', content: renderSetupScript(watched) },
      { path: '/usr/local/lib/without', mode: '0755', content: renderSetupScript(alone) },
    ];
    const secrets = `export TK_PSK_PRIMARY=${psk} TK_PSK_SECONDARY=${psk}\n`;
    const { status, stdout, stderr } = inSandbox(files, smallNetwork + stubServices + secrets + script);
    if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
    expect(stdout + stderr).not.toContain(psk);
    return stdout.split('----\n');
  };
  const packages = `printf '#!/bin/sh\\necho install ok installed\\n' >"$SANDBOX/own/bin/dpkg-query"; chmod 755 "$SANDBOX"/own/bin/*`;
  const finds = `stat -c '0%a %n' ${written.map((file) => file.path).join(' ')} 2>/dev/null || true`;

  test('puts its files, changes nothing the second time, and takes all away when it isn’t wanted', () => {
    const [first = '', files, second = '', calls = '', without = '', left, last] = setUps(
      `${packages}; set_up; echo ----; ${finds}; echo ----; : >"$SANDBOX/own/calls"; set_up; echo ----; calls; echo ----
      on_machine /usr/local/lib/without; echo ----; ${finds}; echo ----; calls`,
    );
    expect(parseSetupResult(first)).toMatchObject({ ok: true, probe: 200 });
    expect(parseSetupResult(first)?.warning).toBeUndefined();
    expect(parseSetupResult(first)?.changed).toEqual(
      expect.arrayContaining(written.map((file) => basename(file.path))),
    );
    expect(files).toBe(written.map((file) => `${file.mode} ${file.path}\n`).join(''));
    expect(parseSetupResult(second)).toMatchObject({ ok: true, changed: [], probe: 200 });
    expect(calls).not.toMatch(/(start|stop|daemon-reload).*netdata|daemon-reload/);
    expect(parseSetupResult(without)).toMatchObject({ ok: true, changed: [], probe: 200 });
    expect(left).toBe('');
    expect(last).toContain('systemctl disable -q --now netdata.service\n');
    expect(last).not.toMatch(/ (stop|restart) /);
  });

  test('one that was cut off while its files were put is taken away when it isn’t wanted any more', () => {
    const [, cutOff, , left] = setUps(
      `cat >"$SANDBOX/own/bin/chmod" <<'STUB'
#!/bin/bash
case $2 in *${basename(path.netdataConf)}.tk-new) kill -9 $PPID ;; *) exec /usr/bin/chmod "$@" ;; esac
STUB
      chmod 755 "$SANDBOX/own/bin/chmod"; ${packages}; set_up 2>/dev/null; echo ----; ${finds}
      rm "$SANDBOX/own/bin/chmod"; echo ----; on_machine /usr/local/lib/without; echo ----; ${finds}`,
    );
    expect(cutOff).toBe(`0644 ${path.netdataDropIn}\n0440 ${path.netdataSudoers}\n`);
    expect(left).toBe('');
  });

  // On folders of its own: what apt knows of this machine's mirrors isn't touched.
  const deadMirror = `mount -t tmpfs tmpfs /var/lib/apt; mount -t tmpfs tmpfs /var/cache/apt; mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial
    rm -rf /etc/apt/sources.list.d; echo 'deb http://127.0.0.1:9/debian bookworm main' >/etc/apt/sources.list`;

  test('serves and warns when no mirror has its packages, and leaves no file of it', () => {
    const [said = '', left] = setUps(`${deadMirror}; set_up; echo ----; ${finds}`);
    expect(parseSetupResult(said)).toMatchObject({ ok: true, probe: 200, warning: 'netdata-not-installed' });
    expect(said).toContain("Netdata can't be installed");
    expect(left).toBe('');
  });

  test.each([
    'E: Unable to locate package netdata-core',
    "E: Package 'netdata-core' has no installation candidate",
  ])('tells a distribution without it by what apt says: %s', (says) => {
    const apt = `printf '#!/bin/sh\\ncase $* in *install*) echo "%s"; exit 100 ;; esac\\n' ${JSON.stringify(says)} >"$SANDBOX/own/bin/apt-get"; chmod 755 "$SANDBOX"/own/bin/*`;
    const [said = ''] = setUps(`${apt}; set_up`);
    expect(parseSetupResult(said)).toMatchObject({ ok: true, probe: 200, warning: 'netdata-not-packaged' });
  });

  test('serves and warns when it doesn’t answer', () => {
    const dead = `sed -i 's/python3 -m http.server/false/' "$SANDBOX/own/bin/systemctl"`;
    const [said = ''] = setUps(`${packages}; ${dead}; set_up`);
    expect(parseSetupResult(said)).toMatchObject({ ok: true, probe: 200, warning: 'netdata-silent' });
  });
});
