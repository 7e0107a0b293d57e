/** Does Debian's Libreswan take what is rendered, and does a far side authenticate it? Two real plutos, no network. */
import { describe, expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { renderSecretsTemplate } from '../../shared/gateway/render-secrets-template.js';
import { gatewayCases, type GatewayCase } from '../shared/gateway/gateway-cases.js';
import { farSide } from './far-side.js';
import { inSandbox } from './sandbox.js';
import { describeWith } from './tools.js';

const psk = 'aPskOfTwentyLetters1';

/** A gateway's files with its secrets filled in as the setup script does. */
function filesOf({ config }: GatewayCase): readonly GatewayFile[] {
  const secrets = renderSecretsTemplate(config).replaceAll(/@TK_PSK_(PRIMARY|SECONDARY)@/g, psk);
  return [...renderGatewayFiles(config), { path: path.secrets, mode: '0600', content: secrets }];
}

function run(aCase: GatewayCase, script: string, plant = (file: GatewayFile) => file.content): string {
  const files = filesOf(aCase).map((file) => ({ ...file, content: plant(file) }));
  const { status, stdout, stderr } = inSandbox(files, farSide + script);
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  return stdout;
}

function planted(wanted: string, from: string | RegExp, to: string) {
  return ({ path: where, content }: GatewayFile) => (where === wanted ? content.replace(from, to) : content);
}

const check = 'ipsec addconn --config /etc/ipsec.conf --checkconfig 2>&1 || echo refused';

function routeBased(): GatewayCase {
  const found = gatewayCases.find(({ name }) => name === 'route-based-ip');
  if (found === undefined) throw new Error('There is no such case.');
  return found;
}

describeWith('libreswan', { tools: ['ipsec', 'ip', 'unshare'], needsRoot: true }, () => {
  describe.each(gatewayCases)('$name', (aCase) => {
    test('the configuration is taken without a word', () => {
      expect(run(aCase, check)).toBe('');
    });

    test('every connection is loaded with what was asked for', () => {
      const status = run(aCase, 'start_gateway; ipsec whack --status');
      for (const { role, localId } of aCase.config.tunnels) {
        const lines = status
          .split('\n')
          .filter((line) => line.includes(`"${role}"`))
          .join('\n');
        const idType = localId.includes('@') ? 'ID_USER_FQDN' : 'ID_IPV4_ADDR';
        expect(lines).toContain(`our idtype: ${idType}; our id=${localId};`);
        // No PFS, no ESN; UP stands there once it has begun by itself.
        expect(lines).toMatch(/policy: IKEv2\+PSK\+ENCRYPT\+TUNNEL(\+UP)?\+IKE_FRAG_ALLOW\+ESN_NO;/);
        expect(lines).toContain('ike_life: 86400s; ipsec_life: 28800s;');
        expect(lines).toContain('liveness: active; dpdaction:hold; dpddelay:5s; retransmit-timeout:15s');
        expect(lines).toContain('IKE algorithms: AES_CBC_256-HMAC_SHA2_256-MODP2048');
        expect(lines).toContain('ESP algorithms: NULL-HMAC_MD5_96');
        const device = role === 'primary' ? 'vti0' : 'vti1';
        expect(lines.includes(`vti-iface:${device}`)).toBe(aCase.config.routing === 'route-based');
      }
    });

    test('a far side that knows the PSK authenticates every tunnel', () => {
      const said = run(
        aCase,
        `start_far_side ${psk}; start_gateway; said 'established IKE SA' ${aCase.config.tunnels.length}`,
      );
      for (const { role } of aCase.config.tunnels)
        expect(said).toMatch(
          new RegExp(`"${role}" #\\d+: initiator established IKE SA; authenticated peer using authby=secret`),
        );
    });
  });

  test.each([
    { when: 'an option is misspelt', from: 'esn=no', to: 'esm=no', says: 'esm' },
    { when: 'a value is none of an option’s', from: 'ikev2=insist', to: 'ikev2=sometimes', says: 'ikev2' },
  ])('Libreswan refuses the configuration when $when', ({ from, to, says }) => {
    const said = run(routeBased(), check, planted(path.connections, from, to));
    expect(said).toContain('refused');
    expect(said).toContain(says);
  });

  // --checkconfig lets such a line pass; pluto doesn't load the connection, and the setup script says why.
  test.each([
    { when: 'its IKE group isn’t built', from: ';dh14', to: ';dh2', says: 'dh2' },
    { when: 'its ESP proposal doesn’t exist', from: 'null-md5', to: 'null-md6', says: 'md6' },
  ])('pluto doesn’t load a connection when $when', ({ from, to, says }) => {
    const script = 'start_gateway; grep primary "$SANDBOX/own/log"; ipsec auto --up primary || true';
    const said = run(routeBased(), script, planted(path.connections, from, to));
    expect(said).toContain(says);
    expect(said).toContain('no connection named "primary"');
  });

  test.each([
    {
      when: 'the PSK differs',
      from: new RegExp(psk, 'g'),
      to: 'anotherPskOfLetters2',
      says: 'AUTHENTICATION_FAILED',
    },
    // Seen with 4.10: the peer's address alone isn't found, so both ids are written.
    { when: 'the index lacks our own id', from: /^203\.0\.113\.5 /gm, to: '', says: 'no PSK found' },
  ])('no tunnel is authenticated when $when', ({ from, to, says }) => {
    const script = `start_far_side ${psk}; start_gateway; said '${says}' 1`;
    const said = run(routeBased(), script, planted(path.secrets, from, to));
    expect(said).toContain(says);
    expect(said).not.toContain('established IKE SA');
  });
});
