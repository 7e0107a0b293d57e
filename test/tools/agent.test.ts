/** Does the agent decide and read as it should, and does the running program do what it decides? */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { describeWith } from './tools.js';

/** Debian's, wherever another one stands before it in the PATH. */
const python = '/usr/bin/python3';

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

/** The rendered files, with a cadence that doesn't hold up a test. */
function filesInAHurry(): readonly GatewayFile[] {
  return renderGatewayFiles(aGatewayConfig()).map((file) =>
    file.path === path.config
      ? { ...file, content: file.content.replace('"everySeconds": 3', '"everySeconds": 0.1') }
      : file,
  );
}

/** Shell: the scripts have run, and the agent runs as its unit has it: root with two capabilities. */
const started = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
probe() { curl -s -m 5 -w ' %{http_code}' http://127.0.0.1:8100/ | tr -d '\\n'; }
becomes() { # <answer>
  local _
  for _ in $(seq 200); do
    [ "$(probe)" = "$1" ] && { echo "$1"; return 0; }
    sleep 0.1
  done
  probe; echo " instead of $1"
}
setpriv --no-new-privs --inh-caps -all --bounding-set -all,+net_raw,+net_admin \\
  ${python} -IB ${path.agent} ${path.config} >"$SANDBOX/own/said" 2>&1 &
AGENT=$!
`;

function run(script: string): string {
  const { status, stdout, stderr } = inSandbox(filesInAHurry(), smallNetwork + started + script);
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  return stdout.trim();
}

const tools = ['python3', 'ip', 'iptables', 'curl', 'setpriv'];

describeWith('running agent', { tools, needsRoot: true }, () => {
  test('the probe is answered, and new connections leave a tunnel whose proxy is silent', () => {
    const said = run(`becomes 'ok: primary 200'; ask
      kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask; cat "$SANDBOX/own/said"
      kill "\${EDGES[1]}"; until probe | grep 503; do sleep 0.1; done`);
    expect(said).not.toContain('Traceback');
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
});
