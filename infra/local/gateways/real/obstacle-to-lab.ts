/** Can this machine run real guests? */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that a lab calls, from Debian's packages of `test/lab/install.sh`. */
const programs = [
  'linux.uml',
  'mmdebstrap',
  'dpkg-scanpackages',
  'mkfs.ext4',
  'ip',
  'iptables',
  'dnsmasq',
  'sysctl',
];

/** Debian keeps administrators' tools out of the PATH of others. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Why it can't, with the mend; `undefined` when it can. */
export function obstacleToLab(): string | undefined {
  if (process.platform !== 'linux') return 'real guests need Linux';
  if (process.getuid?.() !== 0) return 'real guests need root, for namespaces and taps';
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0) return `${missing.join(', ')} not installed: run test/lab/install.sh`;
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return '/dev/net/tun is missing: load the kernel’s module tun';
  }
}
