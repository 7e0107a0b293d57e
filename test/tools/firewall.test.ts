/** Do the rendered rules load, and does nothing leave in the clear? Real iptables, real packets, empty namespaces. */
import { expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig, aTunnel, gatewayCases, withoutRule } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { describeWith } from './tools.js';

const policyBased: Partial<GatewayConfig> = {
  routing: 'policy-based',
  tunnels: [aTunnel('primary', '198.51.101.10')],
};

const bothRoutings: readonly { readonly name: string; readonly difference: Partial<GatewayConfig> }[] = [
  { name: 'route-based', difference: {} },
  { name: 'policy-based', difference: policyBased },
];

const { proxy } = aGatewayConfig();
const otherAddress = { proxy: { ...proxy, address: '165.225.1.9' } };

/** The script that sets the rule of a gateway with these differences. */
function failClosedOf(difference: Partial<GatewayConfig>): string {
  const files = renderGatewayFiles(aGatewayConfig(difference));
  return files.find((file) => file.path === path.failClosed)?.content ?? '';
}

/** Lines that a script prints, run on a gateway with these files. */
function on(
  difference: Partial<GatewayConfig>,
  script: string,
  plant = (content: string) => content,
): string[] {
  const files = renderGatewayFiles(aGatewayConfig(difference)).map((file) => ({
    ...file,
    content: plant(file.content),
  }));
  const { status, stdout, stderr } = inSandbox(files, smallNetwork + script);
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  return stdout.trim().split('\n');
}

describeWith('firewall', { tools: ['iptables', 'ip', 'curl', 'python3', 'sysctl'], needsRoot: true }, () => {
  test.each(gatewayCases)(
    'both scripts load, and change nothing when run again, when $name',
    ({ config }) => {
      const rules =
        "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'; ip route show table all; ip rule show";
      const lines = on(
        config,
        `add_edge 0; add_edge 1
      once() { ${path.failClosed}; ${path.forwarding}; }
      once; first=$(${rules}); once; second=$(${rules})
      [ "$first" = "$second" ] && echo same; printf '%s\\n' "$first"`,
      );
      expect(lines[0]).toBe('same');
      expect(lines).toContain('-A FORWARD -j TK');
      expect(lines).toContain('-A OUTPUT -j TK');
      expect(lines.filter((line) => line.includes('-j DNAT'))).toHaveLength(config.clients.length);
      const target = config.routing === 'route-based' ? '-j SNAT --to-source 10.0.0.4' : '-j MASQUERADE';
      const sourceRules = lines.filter((line) => / -j (MASQUERADE|SNAT)( |$)/.test(line));
      expect(sourceRules).toEqual(config.proxy.masquerade ? [expect.stringContaining(target)] : []);
    },
  );

  test('a rule that iptables doesn’t take ends the script, and the machine never forwards', () => {
    const plant = (content: string) => content.replace(/^(-A TK .*)DROP$/m, '$1DORP');
    const script = `${path.failClosed} 2>/dev/null || echo refused; cat /proc/sys/net/ipv4/ip_forward`;
    expect(on({}, script, plant)).toEqual(['refused', '0']);
    expect(on({}, script)).toEqual(['1']);
  });

  test('a machine without iptables never forwards', () => {
    const script = `hash -r; PATH=/nowhere /bin/bash ${path.failClosed} 2>/dev/null || echo refused
      cat /proc/sys/net/ipv4/ip_forward`;
    expect(on({}, script)).toEqual(['refused', '0']);
  });

  test.each(bothRoutings)(
    'nothing leaves in the clear while no tunnel stands when $name',
    ({ difference }) => {
      const [answer, own, count] = on(
        difference,
        `${path.failClosed}; without_waiting ${path.forwarding} >/dev/null || true
      ask; curl -s -m 1 http://185.46.212.88:9400/ || echo none; leaked`,
      );
      expect(answer).toMatch(/^none/);
      expect(own).toBe('none');
      expect(count).toBe('0');
    },
  );

  test.each(bothRoutings)('the leak is seen when the rule is missing and $name', ({ difference }) => {
    const plant = (content: string) => withoutRule(content).replace(/^ip route replace blackhole .*\n/m, '');
    const lines = on(
      difference,
      `${path.failClosed}; without_waiting ${path.forwarding} >/dev/null || true; ask; leaked`,
      plant,
    );
    expect(Number(lines.at(-1))).toBeGreaterThan(0);
  });

  test.each(bothRoutings)(
    'an address that was the proxy’s before stays closed when $name',
    ({ difference }) => {
      const again = `bash <<'OTHER'
${failClosedOf({ ...difference, ...otherAddress })}OTHER`;
      const lines = on(
        difference,
        `${path.failClosed}; without_waiting ${path.forwarding} >/dev/null || true
      ${again}
      ${again}
      ip route del blackhole ${proxy.address} 2>/dev/null || true; ip route flush ${proxy.address}
      ask; curl -s -m 1 http://${proxy.address}:9400/ || echo none; leaked; iptables -S TK | grep -c -- '-j DROP'`,
      );
      expect(lines.slice(-3)).toEqual(['none', '0', '2']);
    },
  );

  test.each(bothRoutings)(
    'nothing leaves in the clear after a change of address that was cut off, and a boot, when $name',
    ({ difference }) => {
      const asks = `ask; curl -s -m 1 http://${proxy.address}:9400/ || echo none; leaked`;
      const lines = on(
        difference,
        `cat >${path.failClosed} <<'OTHER'
${failClosedOf({ ...difference, ...otherAddress })}OTHER
      ${path.failClosed}; without_waiting ${path.forwarding} >/dev/null || true; ${asks}; iptables -S TK | grep -c -- '-j DROP'
      iptables -F; iptables -t nat -F; rm ${path.config}; ${path.failClosed}
      without_waiting ${path.forwarding} || echo ended; ask; leaked; iptables-save | grep -c -- '-j DNAT' || true`,
      );
      expect(lines).toEqual([
        // Led there by the script that is still the former one, and dropped.
        ...[expect.stringMatching(/^none/), 'none', '0', '2'],
        // Where nothing names it to the rule, it isn't led there.
        `What is meant for ${proxy.address} isn't dropped where it has no tunnel, so nothing is led there: run the setup again.`,
        ...['ended', 'none(7)', '0', '0'],
      ]);
    },
  );

  test('nobody is led anywhere, and no policy is opened, while nothing leads to the rule', () => {
    const lines = on(
      {},
      `${path.failClosed}; iptables -F FORWARD; iptables -P FORWARD DROP
      without_waiting ${path.forwarding} >/dev/null || echo ended; iptables -S FORWARD`,
    );
    expect(lines).toEqual(['ended', '-P FORWARD DROP']);
  });

  test('the rule is set, and once, by many runs at once', () => {
    const lines = on(
      {},
      `${path.failClosed}; runs=(); for _ in $(seq 12); do ${path.failClosed} & runs+=("$!"); done
      for run in "\${runs[@]}"; do wait "$run"; done; iptables -S FORWARD`,
    );
    expect(lines).toEqual(['-P FORWARD ACCEPT', '-A FORWARD -j TK-RESET', '-A FORWARD -j TK']);
  });

  test('rules of somebody else come behind ours again, and what stops forwarding is undone', () => {
    const lines = on(
      {},
      `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
      iptables -A TK-RESET -p icmp -j REJECT
      iptables -I FORWARD 1 -j ACCEPT; iptables -I OUTPUT 1 -j ACCEPT; iptables -P FORWARD DROP
      iptables -D FORWARD -j TK-RESET; sysctl -q -w net.ipv4.ip_forward=0
      ${path.failClosed}; ${path.forwarding}; iptables -S FORWARD; iptables -S OUTPUT; iptables -S TK-RESET | wc -l; ask`,
    );
    expect(lines).toEqual([
      ...['-P FORWARD ACCEPT', '-A FORWARD -j TK-RESET', '-A FORWARD -j TK', '-A FORWARD -j ACCEPT'],
      ...['-P OUTPUT ACCEPT', '-A OUTPUT -j TK', '-A OUTPUT -j ACCEPT'],
      ...['2', 'edge0'],
    ]);
  });

  test('the rule is replaced as a whole when a site goes from route-based to policy-based', () => {
    const lines = on(
      {},
      `${path.failClosed}
      bash <<'OTHER'
${failClosedOf(policyBased)}OTHER
      iptables -S TK; ip route show 185.46.212.88`,
    );
    expect(lines).toEqual([
      '-N TK',
      '-A TK -m policy --dir out --pol ipsec --mode tunnel -j RETURN',
      '-A TK -d 185.46.212.88/32 -j DROP',
    ]);
  });

  test('a client is served through the first device, and one whose device is missing holds up nothing', () => {
    const lines = on(
      {},
      `add_edge 0; ${path.failClosed}; without_waiting ${path.forwarding} || echo again; ask; leaked`,
    );
    expect(lines).toEqual(['No device yet: vti1', 'again', 'edge0', '0']);
  });

  test('only clients are led to the proxy: a probe of the balancer is not', () => {
    const script = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}; ask; ask 168.63.129.16`;
    // 7 is curl's 'connection refused': it ends at the gateway itself.
    expect(on({}, script)).toEqual(['edge0', 'none(7)']);
  });

  test('new connections follow the route, and an open one stays on its tunnel', () => {
    const script = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
cat >"$SANDBOX/own/keep.py" <<'PYTHON'
import socket, subprocess
sock = socket.create_connection(("10.0.0.4", 9400), 2, ("10.0.0.50", 0))
def ask():
    sock.sendall(b"x")
    return sock.recv(1024).decode().split()[-1]
print(ask(), flush=True)
subprocess.run(["nsenter", "--net=/proc/1/ns/net", "ip", "route", "replace", "185.46.212.88/32", "dev", "vti1"], check=True)
print(ask(), flush=True)
PYTHON
      ip netns exec outside python3 "$SANDBOX/own/keep.py"; ask`;
    expect(on({}, script)).toEqual(['edge0', 'edge0', 'edge1']);
    const unpinned = (content: string) => content.replace(/^-A TK-PIN .*\n/gm, '');
    expect(() => on({}, script, unpinned)).toThrow(/timed out|reset/i);
  });

  test.each([true, false])(
    'a client whose SYN met a dead tunnel gets the other one with the very next, with masquerade: %s',
    (masquerade) => {
      const script = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
ip netns exec edge0 iptables -A INPUT -j DROP
{
  sleep 0.3
  ip route replace 185.46.212.88/32 dev vti1
  iptables -A TK-RESET -p tcp -m connmark --mark 0x10/0xf0 -j REJECT --reject-with tcp-reset
} &
ip netns exec outside curl -s -m 2 --interface 10.0.0.50 http://10.0.0.4:9400/ || echo "none($?)"
wait $!`;
      const proxy = { address: '185.46.212.88', ports: [9400], masquerade };
      expect(on({ proxy }, script)).toEqual(['edge1']);
      const held = (content: string) => content.replace(/^-A TK-RESTORE .* --syn .*\n/gm, '');
      expect(on({ proxy }, script, held)).toEqual(['none(7)']);
    },
  );

  test('masquerade hides the client from the edge, and its absence shows it', () => {
    const sees = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
      ip netns exec edge0 iptables -A INPUT -s 10.0.0.50; ask
      ip netns exec edge0 iptables -n -v -x -L INPUT | awk '$NF == "0.0.0.0/0" { print ($1 > 0) ? "client" : "gateway" }'`;
    const proxy = { address: '185.46.212.88', ports: [9400], masquerade: false };
    expect(on({}, sees)).toEqual(['edge0', 'gateway']);
    expect(on({ proxy }, sees)).toEqual(['edge0', 'client']);
  });
});
