/** Do systemd, apt and needrestart understand what is written for them? */
import { expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig } from '../shared/gateway/gateway-cases.js';
import { inSandbox, type SandboxEnd } from './sandbox.js';
import { describeWith } from './tools.js';

/** Everything that is reported (elsewhere than to a terminal, systemd logs to the journal unless told), so that an empty text is the only pass; the drop-in is verified with its unit. */
const verify = `SYSTEMD_LOG_TARGET=console systemd-analyze verify --man=no /etc/systemd/system/tunnelkeeper-*.* /lib/systemd/system/ipsec.service`;

function run(
  script: string,
  where?: string,
  change: (content: string) => string = (same) => same,
): SandboxEnd {
  const files: readonly GatewayFile[] = renderGatewayFiles(aGatewayConfig()).map((file) =>
    file.path === where ? { ...file, content: change(file.content) } : file,
  );
  return inSandbox(files, script);
}

describeWith(
  'systemd',
  { tools: ['systemd-analyze', 'ipsec', 'perl', 'apt-config'], needsRoot: true },
  () => {
    test('all units are verified without a word', () => {
      expect(run(verify)).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    test.each([
      {
        when: 'a setting is misspelt',
        where: path.agentUnit,
        change: (text: string) => text.replace('RestartSec', 'RestartSeconds'),
        says: "Unknown key 'RestartSeconds'",
      },
      {
        when: 'a program isn’t where the unit looks for it',
        where: path.forwardingUnit,
        change: (text: string) => text.replace('/forwarding', '/forwardin'),
        says: 'is not executable',
      },
      {
        when: 'a oneshot unit restarts always, which only on-failure may',
        where: path.forwardingUnit,
        change: (text: string) => text.replace('Restart=on-failure', 'Restart=always'),
        says: 'has Restart= set to either always or on-success',
      },
      {
        when: 'units wait for each other',
        where: path.failClosedUnit,
        change: (text: string) => text.replace('After=local-fs', 'After=ipsec.service local-fs'),
        says: 'ordering cycle',
      },
      {
        when: 'the file that asks for a diagnosis has no path',
        where: path.diagnosisPath,
        change: (text: string) => text.replace(/^PathExists=.*$/m, 'PathExists=wanted'),
        says: 'not absolute',
      },
      {
        when: 'the drop-in of ipsec holds a value that is none',
        where: path.ipsecDropIn,
        change: (text: string) => text.replace('RestartSec=2', 'RestartSec=soon'),
        says: 'Failed to parse',
      },
    ])('systemd-analyze complains when $when', ({ where, change, says }) => {
      expect(run(verify, where, change).stderr).toContain(says);
    });

    // Of 10, less is better: what the agent does needs root's number, two capabilities, and the machine's network.
    test('the agent is exposed no more than its work asks for', () => {
      const security = `systemd-analyze security --offline=true --no-pager --threshold=25 ${path.agentUnit}`;
      expect(run(security)).toMatchObject({ status: 0 });
      const open = (text: string) => text.replace(/^(CapabilityBoundingSet|Protect\w+)=.*\n/gm, '');
      expect(run(security, path.agentUnit, open).status).not.toBe(0);
    });

    test('apt leaves libreswan alone, and never reboots the machine', () => {
      const { stdout } = run('apt-config dump | grep ^Unattended-Upgrade');
      expect(stdout).toContain('Unattended-Upgrade::Package-Blacklist:: "libreswan";');
      expect(stdout).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
    });

    test('apt refuses its file when a quote is missing', () => {
      const { stderr } = run('apt-config dump', path.aptConf, (text) => text.replace('"false"', '"false'));
      expect(stderr).toContain('Syntax error');
    });

    /** As needrestart does it: each snippet is evaluated, then a service's name is matched against the expressions. */
    const restarts = `perl -e '
    our %nrconf; eval do { local(@ARGV, $/) = q(${path.needrestart}); <> }; die $@ if $@;
    for my $unit (qw(ipsec.service tunnelkeeper-agent.service ssh.service)) {
      my ($kept) = grep { $unit =~ /$_/ } keys %{$nrconf{override_rc}};
      print "$unit ", defined $kept ? $nrconf{override_rc}{$kept} : "default", "\\n";
    }'`;

    test('needrestart leaves the tunnel and its helpers alone, and nothing else', () => {
      const { stdout } = run(restarts);
      expect(stdout).toBe('ipsec.service 0\ntunnelkeeper-agent.service 0\nssh.service default\n');
    });

    test('needrestart’s reading fails when the snippet is no Perl', () => {
      expect(run(restarts, path.needrestart, (text) => text.replace(' = 0;', ' = ;')).status).not.toBe(0);
    });
  },
);
