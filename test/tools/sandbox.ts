/** How do rendered files meet real tools without touching this machine? In namespaces that end with the call. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';

/** How a script in the sandbox ended. */
export interface SandboxEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest time of one script; the namespaces and all that runs in them die with it. */
const limitMs = 60_000;

/**
 * Runs a bash script as root of an own network, mount and process namespace. Files lie at their real paths, on
 * a copy of /etc and an empty /usr/local/lib that are gone afterwards, as is every process and every rule.
 */
export function inSandbox(files: readonly GatewayFile[], script: string): SandboxEnd {
  const root = mkdtempSync(join(tmpdir(), 'gateway-sandbox-'));
  try {
    mkdirSync(join(root, 'files'));
    for (const { path, mode, content } of files) {
      const where = join(root, 'files', path);
      mkdirSync(dirname(where), { recursive: true });
      writeFileSync(where, content);
      chmodSync(where, Number.parseInt(mode, 8));
    }
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [...namespaces, 'bash', '--norc', '-c', prelude + script],
      {
        encoding: 'utf8',
        timeout: limitMs,
        killSignal: 'SIGKILL',
        env: { PATH: searchPath, SANDBOX: root, LC_ALL: 'C' },
      },
    );
    return { status, stdout, stderr };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** unshare has made all mounts private, so nothing of this is seen outside. */
const prelude = `set -euo pipefail
mkdir -p "$SANDBOX/own" && mount -t tmpfs tmpfs "$SANDBOX/own"
mkdir -p "$SANDBOX/own/etc" "$SANDBOX/own/lib" "$SANDBOX/own/run"
cp -a /etc/. "$SANDBOX/own/etc/"
mount --bind "$SANDBOX/own/etc" /etc
mount --bind "$SANDBOX/own/lib" /usr/local/lib
mount --bind "$SANDBOX/own/run" /run
umask 022
cp -r "$SANDBOX/files/." /
ip link set lo up
`;
