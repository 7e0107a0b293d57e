/** Is an edge's name known when DNS is dead? By the rendered script, the resolver of the machine, and a server that can be ended. */
import { expect, test } from '@jest/globals';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig, aTunnel } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { describeWith } from './tools.js';

const name = 'fra4-vpn.example.net';
const other = 'ams2-vpn.example.net';

/** Shell: a DNS server that answers each question with the address in `$SANDBOX/own/address`; nothing without one. */
const server = `
ip address add 10.0.0.4/32 dev lo # getent asks for nothing on a machine that has no address but loopback's
printf 'nameserver 127.0.0.53\\n' >/etc/resolv.conf
printf '127.0.0.1 localhost\\n10.9.9.9 own.example.net\\n' >/etc/hosts
printf 'hosts: files dns\\n' >/etc/nsswitch.conf
mkdir -p "$SANDBOX/own/var"; mkdir -p /var/lib/tunnelkeeper; mount --bind "$SANDBOX/own/var" /var/lib/tunnelkeeper
cat >"$SANDBOX/own/dns.py" <<'PYTHON'
import os, socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.53", 53))
open(sys.argv[1] + "/dns-ready", "w").close()
while True:
    asked, whom = sock.recvfrom(512)
    end = asked.index(b"\\0", 12) + 5
    try:
        address = open(sys.argv[1] + "/address").read().strip()
    except OSError:
        continue
    is_a = asked[end - 4:end - 2] == b"\\0\\1"
    answer = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4" + socket.inet_aton(address) if is_a else b""
    head = asked[:2] + b"\\x81\\x80\\0\\1" + (b"\\0\\1" if is_a else b"\\0\\0") + b"\\0\\0\\0\\0"
    sock.sendto(head + asked[12:end] + answer, whom)
PYTHON
dns() { echo "$1" >"$SANDBOX/own/address"; }
dead() { rm -f "$SANDBOX/own/address"; }
names() { timeout 10 ${path.edgeNames} || echo "ended with $?"; }
found() { RES_OPTIONS='timeout:1 attempts:1' getent ahostsv4 "\${1:-${name}}" | awk '{ print $1; exit }' || true; }
python3 -I "$SANDBOX/own/dns.py" "$SANDBOX/own" &
until [ -e "$SANDBOX/own/dns-ready" ]; do sleep 0.05; done
`;

function run(script: string, edges: readonly [string, string] = [name, '198.51.102.10']): readonly string[] {
  const config = aGatewayConfig({ tunnels: [aTunnel('primary', edges[0]), aTunnel('secondary', edges[1])] });
  const files = renderGatewayFiles(config).filter((file) => file.path === path.edgeNames);
  const { status, stdout, stderr } = inSandbox(files, server + script);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

const stands = `DNS doesn't answer for ${name}: its last known address stands in /etc/hosts.`;

describeWith('edge names', { tools: ['getent', 'python3', 'flock'], needsRoot: true }, () => {
  test('a name that DNS told once is found after DNS died, and DNS has the say when it answers again', () => {
    expect(
      run(`dns 198.51.101.10; names; grep -c tunnelkeeper /etc/hosts || true; cat /var/lib/tunnelkeeper/edges
        dead; names; found; names; grep -c 198.51.101.10 /etc/hosts; stat -c %a /etc/hosts
        dns 198.51.101.77; names; found; cat /etc/hosts`),
    ).toEqual([
      '0',
      `198.51.101.10 ${name}`,
      stands,
      '198.51.101.10',
      stands,
      '1',
      '644',
      '198.51.101.77',
      '127.0.0.1 localhost',
      '10.9.9.9 own.example.net',
    ]);
  });

  test('the block stands only for names that DNS doesn’t tell, and others’ lines stay', () => {
    const said = run(
      `dns 198.51.101.10; names; dead; names; cat /etc/hosts; wc -l </var/lib/tunnelkeeper/edges`,
      [name, other],
    );
    expect(said.slice(2)).toEqual([
      '127.0.0.1 localhost',
      '10.9.9.9 own.example.net',
      '# tunnelkeeper: last known addresses, while DNS does not answer',
      `198.51.101.10 ${name}`,
      `198.51.101.10 ${other}`,
      '# tunnelkeeper: end',
      '2',
    ]);
  });

  test('it ends well and in time when nothing is known, the list is garbage, or another run hangs', () => {
    const said = run(
      `SECONDS=0; names; printf 'garbage\\n\\0\\n; rm -rf / ${name}x\\ngarbage ${name}\\n' >/var/lib/tunnelkeeper/edges; names
      grep -c tunnelkeeper /etc/hosts || true
      (exec 8>>/run/tunnelkeeper-edge-names.lock; flock 8; exec sleep 20) & sleep 0.3; names
      mount -t tmpfs -o ro tmpfs /var/lib/tunnelkeeper; kill $!; names
      [ "$SECONDS" -lt 20 ] && echo 'in time'`,
      [name, '198.51.102.10'],
    );
    const unknown = `DNS doesn't answer for ${name}, and no address of it is known: pluto looks it up again itself.`;
    expect(said).toEqual([unknown, unknown, '0', unknown, 'in time']);
  });

  test('edges by address need nothing, and a block that was left goes', () => {
    const said = run(
      `printf '# tunnelkeeper: last known addresses, while DNS does not answer\\n1.2.3.4 old\\n# tunnelkeeper: end\\n' >>/etc/hosts
      names; cat /etc/hosts; ls /var/lib/tunnelkeeper | wc -l`,
      ['198.51.101.10', '198.51.102.10'],
    );
    expect(said).toEqual(['127.0.0.1 localhost', '10.9.9.9 own.example.net', '0']);
  });
});
