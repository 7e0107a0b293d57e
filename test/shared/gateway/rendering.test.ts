/** What holds for everything that lands on a gateway, whatever the site chose? */
import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { configHash } from '../../../shared/gateway/config-hash.js';
import type { GatewayConfig } from '../../../shared/gateway/gateway-config.js';
import { renderCloudInit } from '../../../shared/gateway/render-cloud-init.js';
import { renderFailClosedFiles, renderGatewayFiles } from '../../../shared/gateway/render-gateway-files.js';
import { renderSecretsTemplate } from '../../../shared/gateway/render-secrets-template.js';
import { renderSetupScript, scriptConfig } from '../../../shared/gateway/render-setup-script.js';
import { aGatewayConfig, aTunnel, gatewayCases } from './gateway-cases.js';

function contentOf(config: GatewayConfig, name: string): string {
  const found = renderGatewayFiles(config).find(({ path }) => basename(path) === name);
  if (found === undefined) throw new Error(`Nothing named ${name} is rendered.`);
  return found.content;
}

describe.each(gatewayCases)('$name', ({ config }) => {
  const files = renderGatewayFiles(config);

  test('no two files share a base name, by which the setup script reports changes', () => {
    const names = [...files.map(({ path }) => basename(path)), 'tunnelkeeper.secrets'];
    expect(new Set(names).size).toBe(names.length);
  });

  test('every file ends its last line and none holds the line that ends an embedded file', () => {
    for (const { content } of files) {
      expect(content.endsWith('\n')).toBe(true);
      expect(content.split('\n')).not.toContain('TK_END_OF_FILE');
    }
  });

  test('the secrets file is made only on the machine and alone has a place for a PSK', () => {
    const holders = [...files.map(({ content }) => content), renderCloudInit(config)];
    for (const content of holders) expect(content).not.toMatch(/PSK/);
    for (const line of renderSecretsTemplate(config).trim().split('\n'))
      expect(line).toMatch(/^\S+ \S+ : PSK "@TK_PSK_(PRIMARY|SECONDARY)@"$/);
  });

  test('the setup script brings the hash that it reports', () => {
    expect(scriptConfig(renderSetupScript(config))).toBe(configHash(config));
    expect(configHash(config)).toMatch(/^[0-9a-f]{12}$/);
  });

  test('cloud-init writes what fails closed, and nothing that lets a packet through', () => {
    const encoded = [...renderCloudInit(config).matchAll(/content: (\S+)/g)].map(([, text = '']) => text);
    const written = encoded.map((text) => Buffer.from(text, 'base64').toString());
    expect(written).toEqual(renderFailClosedFiles(config).map(({ content }) => content));
    expect(written.join('\n')).not.toMatch(/DNAT|MASQUERADE|ACCEPT/);
  });

  test('the machine may forward only after the rule stands', () => {
    const script = contentOf(config, 'fail-closed').split('\n');
    const applies = script.findIndex((line) =>
      line.includes('sysctl -q -p /usr/local/lib/tunnelkeeper/sysctl.conf'),
    );
    const hooked = script.findIndex((line) => line.includes('-I FORWARD 1 -j TK'));
    expect(script[2]).toBe('set -euo pipefail');
    expect(hooked).toBeGreaterThan(0);
    expect(applies).toBeGreaterThan(hooked);
    // Anything in /etc/sysctl.d would be applied at boot, rule or no rule.
    expect(files.filter(({ path }) => path.startsWith('/etc/sysctl.d/'))).toEqual([]);
    expect(files.filter(({ content }) => /^net\.ipv4\.ip_forward=1$/m.test(content))).toHaveLength(1);
  });

  test('DNAT is limited to the clients and never takes the balancer’s probes', () => {
    const rules = contentOf(config, 'forwarding').match(/^-A TK-DNAT .*$/gm) ?? [];
    expect(rules).toHaveLength(config.clients.length);
    for (const [index, prefix] of config.clients.entries()) expect(rules[index]).toContain(` -s ${prefix} `);
    expect(rules.join('\n')).not.toContain('168.63.129.16');
  });
});

const base = aGatewayConfig();

test.each([
  { when: 'another edge is chosen', difference: { tunnels: [aTunnel('primary', '198.51.103.10')] } },
  { when: 'a client prefix is added', difference: { clients: ['10.0.0.0/16', '10.9.0.0/16'] } },
  { when: 'masquerade is switched off', difference: { proxy: { ...base.proxy, masquerade: false } } },
  { when: 'the ESP proposal changes', difference: { esp: 'aes_gcm256-null' } },
  { when: 'the idle time-out changes', difference: { idleTimeoutMinutes: 4 } },
])('configHash differs when $when', ({ difference }) => {
  expect(configHash(aGatewayConfig(difference))).not.toBe(configHash(base));
});

test('configHash is the same when the same configuration is rendered from another object', () => {
  expect(configHash(structuredClone(base))).toBe(configHash(base));
});

test('the setup script is the same whatever the PSKs are when they are in the environment', () => {
  const before = renderSetupScript(base);
  process.env.TK_PSK_PRIMARY = 'aSecretThatMustNotBeRendered1';
  try {
    expect(renderSetupScript(base)).toBe(before);
  } finally {
    delete process.env.TK_PSK_PRIMARY;
  }
});

test.each([
  {
    when: 'edges are addresses',
    tunnels: [aTunnel('primary', '198.51.101.10'), aTunnel('secondary', '198.51.102.10')],
    lines: [
      '203.0.113.5 198.51.101.10 : PSK "@TK_PSK_PRIMARY@"',
      '203.0.113.5 198.51.102.10 : PSK "@TK_PSK_SECONDARY@"',
    ],
  },
  {
    when: 'edges are names and share one identity',
    tunnels: [aTunnel('primary', 'fra4-vpn.example.net'), aTunnel('secondary', 'ams2-vpn.example.net')],
    lines: ['203.0.113.5 %any : PSK "@TK_PSK_PRIMARY@"'],
  },
  {
    when: 'each tunnel has a name of its own',
    tunnels: [
      aTunnel('primary', 'fra4-vpn.example.net', 'p@example.com'),
      aTunnel('secondary', 'ams2-vpn.example.net', 's@example.com'),
    ],
    lines: ['p@example.com %any : PSK "@TK_PSK_PRIMARY@"', 's@example.com %any : PSK "@TK_PSK_SECONDARY@"'],
  },
])('renderSecretsTemplate indexes by both ids when $when', ({ tunnels, lines }) => {
  expect(renderSecretsTemplate(aGatewayConfig({ tunnels })).trimEnd().split('\n')).toEqual(lines);
});
