/** Does the agent decide and read as it should, and does the running program do what it decides? */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { aTunnel } from '../shared/gateway/gateway-cases.js';
import { agentTools, python, runWithAgent as run } from './running-agent.js';
import { describeWith } from './tools.js';

describeWith('agent', { tools: ['python3'], needsRoot: false }, () => {
  test('its own tests say nothing', () => {
    const folder = join(import.meta.dirname, '../shared/gateway/agent');
    const words = ['-m', 'unittest', 'discover', '-s', folder, '-p', 'test_*.py'];
    const { status, stderr } = spawnSync(python, words, { encoding: 'utf8' });
    // Shown only when it fails: dots, and what failed.
    expect(status === 0 ? '' : stderr).toBe('');
    expect(stderr).toMatch(/^Ran \d{2,} tests/m);
  }, 60_000);

  test('it says in one line what is wrong with its configuration, and ends with 2', () => {
    const { status, stdout } = spawnSync(
      python,
      ['-IB', join(import.meta.dirname, '../../shared/gateway/agent'), '/nowhere/gateway.json'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout: expect.stringMatching(
        /^\/nowhere\/gateway\.json can't be read: .* Run the gateway's setup again.*\n$/,
      ),
    });
  });
});

describeWith('running agent', { tools: agentTools, needsRoot: true }, () => {
  test('the probe is answered, and new connections leave a tunnel whose proxy is silent', () => {
    const said = run(`becomes 'ok: primary 200'; ask
      kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask; cat "$SANDBOX/own/said"
      kill "\${EDGES[1]}"; until probe | grep 503; do sleep 0.1; done`);
    const lines = said.split('\n');
    expect(lines.slice(0, 4)).toEqual(['ok: primary 200', 'edge0', 'ok: secondary 200', 'edge1']);
    expect(lines).toContain('New connections take secondary: primary is down: refused, 3 times in a row.');
    expect(lines.at(-1)).toMatch(/^down: primary failed \d+ times, secondary failed \d+ times 503$/);
  });

  test('a device that is made anew is led into again', () => {
    const said = run(`becomes 'ok: primary 200'
      ip link del vti0; becomes 'ok: secondary 200'; ip route show table 110; echo ----
      kill "\${EDGES[0]}"; ip netns del edge0; rm "$SANDBOX/own/ready0"; add_edge 0
      until ip route show table 110 | grep .; do sleep 0.1; done`);
    expect(said.split('----\n').at(-1)).toBe('default dev vti0 scope link');
  });

  test('a gateway that was route-based loses the route on which no policy is looked for', () => {
    const before = 'ip route add 185.46.212.88/32 dev lo metric 3000\n';
    const script = `for _ in $(seq 100); do
      [ -n "$(ip route show 185.46.212.88)" ] || { echo gone; break; }
      sleep 0.1
    done`;
    const tunnels = [aTunnel('primary', '198.51.101.10')];
    expect(run(script, { routing: 'policy-based', tunnels }, undefined, before)).toBe('gone');
    expect(run('sleep 1; ip route show 185.46.212.88 dev lo', {})).toContain('metric 3000');
  });

  test('a thousand probes at once are all answered, also beside connections that say nothing', () => {
    const said = run(`becomes 'ok: primary 200'
cat >"$SANDBOX/own/probes.py" <<'PYTHON'
import socket, time
def connected():
    return socket.create_connection(("127.0.0.1", 8100), 10)
mute = [connected() for _ in range(300)]
began = time.monotonic()
asking = []
for _ in range(1000):
    asking.append(connected())
    asking[-1].sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
def answered(sock):
    try:
        return sock.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
good = sum(map(answered, asking))
one = connected()
one.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
print(good, answered(one), time.monotonic() - began < 5)
PYTHON
      ulimit -n 4096; ${python} "$SANDBOX/own/probes.py"; becomes 'ok: primary 200'
      grep VmRSS "/proc/$AGENT/status"`);
    const [, probes = '', after, memory = ''] = said.split('\n');
    expect(probes).toBe('1000 True True');
    expect(after).toBe('ok: primary 200');
    expect(Number(/(\d+) kB/.exec(memory)?.[1])).toBeLessThan(15 * 1024);
  });

  /** Shell: a client's connection that only waits after its first answer; says what ends it, and when. */
  const waiting = `
cat >"$SANDBOX/own/wait.py" <<'PYTHON'
import socket, sys, time
sock = socket.create_connection(("10.0.0.4", 9400), 5, ("10.0.0.50", 0))
def ask():
    sock.sendall(b"x")
    return sock.recv(1024).decode().split()[-1]
began_at = ask()
open(sys.argv[1], "w").write(began_at)
sock.settimeout(float(sys.argv[2]))
try:
    sock.recv(1)
    print(began_at, "closed")
except ConnectionResetError:
    print(began_at, "reset", time.time())
except TimeoutError:
    try:
        print(began_at, "waited on, then got", ask())
    except OSError as error:
        print(began_at, "waited on, then got", type(error).__name__)
PYTHON
WAITING=()
wait_as() { # <name> <seconds>
  ip netns exec outside ${python} "$SANDBOX/own/wait.py" "$SANDBOX/own/$1" "$2" >"$SANDBOX/own/$1-end" 2>&1 &
  WAITING+=("$!")
  until [ -s "$SANDBOX/own/$1" ]; do sleep 0.05; done
}
silence() { ip -n "edge$1" link set near down; }
is_said() { until grep -q "$1" "$SANDBOX/own/said"; do sleep 0.02; done; }
`;
  const primaryDies = `becomes 'ok: primary 200'; wait_as first 8
ip route replace 185.46.212.88/32 dev vti1; wait_as second 3
silence 0; is_said 'Resets connections of primary'; date +%s.%N; wait "\${WAITING[@]}"
cat "$SANDBOX/own/first-end" "$SANDBOX/own/second-end"`;

  test('a connection that only waits is reset when its tunnel is judged down, and one beside it lives on', () => {
    const [, judged = '', first = '', second] = run(`${waiting}${primaryDies}`).split('\n');
    expect(first).toMatch(/^edge0 reset /);
    expect(Number(first.split(' ').at(-1)) - Number(judged)).toBeLessThan(1.5);
    expect(second).toBe('edge1 waited on, then got edge1');
  });

  test('a connection that only waits learns nothing when nobody nudges it', () => {
    const plant = ({ content }: GatewayFile) => content.replace('NUDGE_ROUNDS = 3', 'NUDGE_ROUNDS = 0');
    const said = run(`${waiting}${primaryDies}`, {}, plant);
    expect(said).toContain('edge0 waited on, then got ConnectionResetError');
  });

  test('clients get a quick no when no tunnel is up, and are served when one is again', () => {
    const said =
      run(`${waiting}becomes 'ok: primary 200'; silence 0; silence 1; is_said 'Resets connections of any'
      ask; leaked; iptables -S TK-RESET
      ip -n edge1 link set near up; ip -n edge1 route add default dev near src 185.46.212.88
      becomes 'ok: secondary 200'; ask; iptables -S TK-RESET`);
    const reject = '-j REJECT --reject-with tcp-reset';
    expect(said.split('\n')).toEqual([
      'ok: primary 200',
      'none(7)', // curl's 'connection refused'; 28 would be its time-out
      '0',
      '-N TK-RESET',
      `-A TK-RESET -p tcp -m connmark --mark 0x10/0xf0 ${reject}`,
      `-A TK-RESET -p tcp -m connmark --mark 0x20/0xf0 ${reject}`,
      `-A TK-RESET -d 185.46.212.88/32 -p tcp ${reject}`,
      'ok: secondary 200',
      'edge1',
      '-N TK-RESET',
      `-A TK-RESET -p tcp -m connmark --mark 0x10/0xf0 ${reject}`,
    ]);
  });

  test('clients get a quick no and nothing leaves in the clear when the devices are gone too', () => {
    const said =
      run(`${waiting}becomes 'ok: primary 200'; silence 0; silence 1; is_said 'Resets connections of any'
      ip link del vti0; ip link del vti1; ask; leaked
      kill "$AGENT"; iptables -F TK-RESET; ask; leaked`);
    expect(said.split('\n').slice(1)).toEqual(['none(7)', '0', 'none(28)', '0']);
  });

  /** What a script says beside an agent that looks at the rules twice a second; units set them but while `held-up` is there. */
  const runWithUnits = (script: string): readonly string[] => {
    const inAHurry = ({ path: where, content }: GatewayFile) =>
      where.endsWith('/rules.py')
        ? content.replace(/^(LOOK|AGAIN)_SECONDS = .*/gm, '$1_SECONDS = 0.5')
        : content;
    const units = `mkdir -p "$SANDBOX/own/bin"
cat >"$SANDBOX/own/bin/systemctl" <<'STUB'
#!/bin/bash
echo "$*" >>"$SANDBOX/own/asked"
[ -e "$SANDBOX/own/held-up" ] || { ${path.failClosed}; ${path.forwarding}; }
STUB
chmod 755 "$SANDBOX/own/bin/systemctl"
touch /run/tunnelkeeper-remedy.lock
`;
    return run(script, {}, inAHurry, units).split('\n');
  };

  test('rules that somebody takes away are set again, and clients are kept away until then', () => {
    const said = runWithUnits(
      `becomes 'ok: primary 200'; touch "$SANDBOX/own/held-up"; iptables -F; iptables -t nat -F
      becomes 'rules are missing: TK, TK-RESET, TK-DNAT, TK-SNAT 503'; rm "$SANDBOX/own/held-up"
      becomes 'ok: primary 200'; ask; leaked; iptables -S OUTPUT | tail -1; sort -u "$SANDBOX/own/asked"`,
    );
    expect(said).toEqual([
      'ok: primary 200',
      'rules are missing: TK, TK-RESET, TK-DNAT, TK-SNAT 503',
      'ok: primary 200',
      'edge0',
      '0',
      '-A OUTPUT -j TK',
      '--no-block reload tunnelkeeper-fail-closed.service tunnelkeeper-forwarding.service',
      '--no-block start tunnelkeeper-fail-closed.service tunnelkeeper-forwarding.service',
    ]);
  });

  test('what is refused is refused again after somebody took the rules away', () => {
    const said = runWithUnits(
      `becomes 'ok: primary 200'; kill "\${EDGES[0]}"; becomes 'ok: secondary 200'
      until iptables -S TK-RESET | grep -q 0x10; do sleep 0.1; done
      iptables -F; for _ in $(seq 100); do
        iptables -S TK-RESET | grep 0x10 && iptables -S FORWARD | grep 'TK$' && break
        sleep 0.1
      done`,
    );
    expect(said.slice(2)).toEqual([
      '-A TK-RESET -p tcp -m connmark --mark 0x10/0xf0 -j REJECT --reject-with tcp-reset',
      '-A FORWARD -j TK',
    ]);
  });

  test('what somebody stops forwarding with is told while a script is at work, and undone once none is', () => {
    const said = runWithUnits(
      `becomes 'ok: primary 200'; exec 9>>/run/tunnelkeeper-remedy.lock; flock 9
      sysctl -q -w net.ipv4.ip_forward=0; iptables -P FORWARD DROP; ask
      becomes 'rules are missing: the policy of FORWARD, ip_forward 503'; sleep 2; ask; exec 9>&-
      becomes 'ok: primary 200'; ask`,
    );
    const missing = 'rules are missing: the policy of FORWARD, ip_forward 503';
    expect(said).toEqual([
      ...['ok: primary 200', 'none(28)', missing, 'none(28)', 'ok: primary 200', 'edge0'],
    ]);
  });

  /**
   * Shell: a process of pluto's name, and an `ipsec` whose child SAs are the files in `up`. It obeys no `--shutdown`.
   * A connection that is asked for comes up where `allowed` says so.
   */
  const pluto = `mkdir -p "$SANDBOX/own/bin" "$SANDBOX/own/up" /run/pluto /run/tunnelkeeper
cat >"$SANDBOX/own/bin/ipsec" <<'STUB'
#!/bin/bash
case $2 in
  --trafficstatus)
    for up in "$SANDBOX"/own/up/*; do
      [ ! -e "$up" ] || echo "006 #2: \\"\${up##*/}\\", type=ESP, add_time=1, inBytes=0, outBytes=0, id='198.51.101.10'"
    done
    ;;
  *)
    echo "$*" >>"$SANDBOX/own/asked"
    case $4 in --initiate) [ ! -e "$SANDBOX/own/allowed" ] || touch "$SANDBOX/own/up/$3" ;; esac
    ;;
esac
STUB
chmod 755 "$SANDBOX/own/bin/ipsec"; touch "$SANDBOX/own/up/primary" "$SANDBOX/own/up/secondary"
cp /bin/sleep "$SANDBOX/own/pluto"; "$SANDBOX/own/pluto" 1000 & echo "$!" >/run/pluto/pluto.pid
touch /run/tunnelkeeper-remedy.lock
`;
  const lose = 'rm "$SANDBOX"/own/up/*';
  const asked = 'cat "$SANDBOX/own/asked"';

  test('a child SA that is gone is asked for, which is all where it comes back', () => {
    const said = run(
      `becomes 'ok: primary 200'; touch "$SANDBOX/own/allowed"; ${lose}
      until [ -e "$SANDBOX/own/up/primary" ] && [ -e "$SANDBOX/own/up/secondary" ]; do sleep 0.1; done
      becomes 'ok: primary 200'; sleep 3; ${asked}`,
      {},
      undefined,
      pluto,
    );
    expect(said.split('\n').slice(2).sort()).toEqual([
      'whack --name primary --initiate --asynchronous',
      'whack --name secondary --initiate --asynchronous',
    ]);
  });

  test('a connection goes down and up, and then pluto is killed with its devices, when nothing comes back', () => {
    const said = run(
      `becomes 'ok: primary 200'; ${lose}
      until ! kill -0 "$(cat /run/pluto/pluto.pid)" 2>/dev/null; do sleep 0.1; done
      while ip link show vti0 >/dev/null 2>&1 || ip link show vti1 >/dev/null 2>&1; do sleep 0.1; done
      ${asked}; sleep 3; ${asked} | wc -l; grep 'Ends pluto' "$SANDBOX/own/said"; ask; leaked`,
      {},
      undefined,
      pluto,
    );
    const lines = said.split('\n').slice(1);
    // Which of the two tunnels is found failing first is chance.
    expect([...lines.slice(0, 2).sort(), ...lines.slice(2, 6).sort(), ...lines.slice(6)]).toEqual([
      'whack --name primary --initiate --asynchronous',
      'whack --name secondary --initiate --asynchronous',
      'whack --name primary --initiate --asynchronous',
      'whack --name primary --terminate',
      'whack --name secondary --initiate --asynchronous',
      'whack --name secondary --terminate',
      'whack --shutdown',
      '7', // a pluto that doesn't run is asked for nothing more
      expect.stringMatching(
        /^Ends pluto, .*: no tunnel has worked for 4 s: primary no-child-sa, secondary no-child-sa\.$/,
      ),
      'none(7)',
      '0',
    ]);
  });

  test('nothing is mended while a script of the control plane holds its lock', () => {
    const said = run(
      `becomes 'ok: primary 200'; exec 9>>/run/tunnelkeeper-remedy.lock; flock 9; ${lose}
      sleep 6; [ ! -e "$SANDBOX/own/asked" ] && echo untouched; exec 9>&-
      until [ -e "$SANDBOX/own/asked" ]; do sleep 0.1; done; echo mended`,
      {},
      undefined,
      pluto,
    );
    expect(said.split('\n').slice(1)).toEqual(['untouched', 'mended']);
  });

  test('the operator reads how the gateway does, and the exit code says whether it serves', () => {
    const said = run(`mkdir -p /run/tunnelkeeper; becomes 'ok: primary 200'; sleep 1
      PATH=/usr/bin:$PATH ${path.command} status || echo "code $?"; echo ----
      kill "\${EDGES[0]}" "\${EDGES[1]}"; until probe | grep -q 503; do sleep 0.1; done
      ${path.command} status >/dev/null || echo "code $?"
      chmod 600 /run/tunnelkeeper/state.json; chmod 755 "$SANDBOX" "$SANDBOX/own"
      setpriv --reuid nobody --clear-groups ${path.command} status || echo "code $?"
      kill -STOP "$AGENT"; rm /run/tunnelkeeper/state.json; ${path.command} status || echo "code $?"`);
    const [screen = '', rest] = said.split('----\n');
    expect(screen).toContain('berlin-z1-1 of site berlin, route-based. The agent runs for');
    expect(screen).toContain('Probe         200, ok: primary');
    expect(screen).not.toContain('code');
    expect(rest).toContain('code 1\nOnly root may read');
    expect(rest).toMatch(/code 2\nWhat the agent knows can't be read: .*\nLook at: systemctl status/);
  });
});
