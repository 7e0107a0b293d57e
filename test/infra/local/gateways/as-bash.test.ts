/** Does a real bash, given the same script and stand-ins for the machine's commands, say what the model says? */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDiagnosis } from '../../../../shared/gateway/parse-diagnosis.js';
import { renderDiagnoseScript } from '../../../../shared/gateway/render-diagnose-script.js';
import { renderGatewayFiles } from '../../../../shared/gateway/render-gateway-files.js';
import { renderRemedyScript } from '../../../../shared/gateway/render-remedy-script.js';
import { aConfig, aWorld, edgeOne, psk } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

// Real processes, several for each file that is put: on a machine that has other work they take their time.
jest.setTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tunnelkeeper-bash-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Commands that succeed and say nothing. */
const silent = ['cloud-init', 'sysctl', 'iptables', 'iptables-restore', 'ip', 'modprobe', 'apt-get', 'sleep'];

/** Where a machine's files and stand-ins lie. */
interface Machine {
  readonly root: string;
  readonly commands: string;
}

/** @param upSays what `ipsec auto --up` says; the tunnel is up when it says nothing */
function aMachine(name: string, upSays: string): Machine {
  const root = join(folder, name);
  const commands = join(root, 'commands');
  mkdirSync(commands, { recursive: true });
  mkdirSync(join(root, 'run'));
  const command = (path: string, body: string) => {
    writeFileSync(join(commands, path), `#!/bin/bash\n${body}\n`);
    chmodSync(join(commands, path), 0o755);
  };
  for (const quiet of silent) command(quiet, 'exit 0');
  command('dpkg-query', "printf 'install ok installed'");
  command('curl', 'printf 200');
  // What was started stays active.
  command(
    'systemctl',
    `case "$1 $2" in
  "is-active -q") [ -e "${root}/active-$3" ] ;;
  is-active*)
    shift
    for unit; do if [ -e "${root}/active-$unit" ]; then echo active; else echo inactive; fi; done
    ;;
  start* | restart*) touch "${root}/active-$2" ;;
  stop*) rm -f "${root}/active-$2" "${root}/up" ;;
  --no-block*) touch "${root}/active-$3" ;;
esac`,
  );
  command(
    'ipsec',
    `case "$1 $2" in
  "auto --up") printf '%s' '${upSays}'; [ -n '${upSays}' ] || echo x | tee -a "${root}/ups" >"${root}/up" ;;
  "auto --down") rm -f "${root}/up" ;;
  trafficstatus*) if [ -e "${root}/up" ]; then echo '006 #2: "primary", type=ESP, add_time=0'; fi ;;
  "whack --shutdown") rm -f "${root}/active-ipsec.service" "${root}/up" ;;
  "whack --status")
    [ -e "${root}/up" ] || exit 0
    number=$(wc -l <"${root}/ups")
    echo "000 #$number: \\"primary\\":4500 STATE_V2_ESTABLISHED_IKE_SA (established IKE SA); newest; idle;"
    echo "000 #9: \\"primary\\":4500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); newest; eroute owner; IKE SA #$number; idle;"
    ;;
esac`,
  );
  command('journalctl', `cat "${root}/journal" 2>/dev/null`);
  return { root, commands };
}

/** Runs the script with its files under a folder of the test. */
function runInBash({ root, commands }: Machine, script: string): { exitCode: number; stdout: string } {
  const moved = script.replace(/(?<![\w.])\/(etc|usr\/local|run)\//g, `${root}/$1/`);
  // By a file, as the platform does it: one argument holds 128 KB at most.
  const file = join(root, 'script');
  writeFileSync(file, moved);
  const { status, stdout } = spawnSync('bash', [file], {
    env: { PATH: `${commands}:${process.env['PATH'] ?? ''}`, TK_PSK_PRIMARY: psk },
    encoding: 'utf8',
  });
  return { exitCode: status ?? -1, stdout };
}

/** Seconds depend on who plays the machine. */
function withoutSeconds({ exitCode, stdout }: { exitCode: number; stdout: string }): unknown {
  return { exitCode, stdout: stdout.replace(/"seconds":\d+/g, '"seconds":0') };
}

/** cloud-init's files are there before the script is. */
const withoutCloudInit = { spoilCloudInit: () => '' };

test('bash and the model say the same, at the first run and at the second, when all is well', async () => {
  const world = aWorld(withoutCloudInit);
  const machine = aMachine('well', '');
  for (const changes of ['"fail-closed"', '"changed":[]']) {
    const ofBash = runInBash(machine, world.script);
    expect(ofBash.stdout).toContain(changes);
    expect(withoutSeconds(await world.setUp())).toEqual(withoutSeconds(ofBash));
  }
});

test('bash and the model say the same when a single file differs', async () => {
  const world = aWorld(withoutCloudInit);
  const machine = aMachine('differs', '');
  runInBash(machine, world.script);
  await world.setUp();
  const script = world.script.replace('ikelifetime=24h', 'ikelifetime=12h');
  const ofBash = runInBash(machine, script);
  expect(ofBash.stdout).toContain('"changed":["tunnelkeeper.conf"]');
  expect(withoutSeconds(await world.setUp({ script }))).toEqual(withoutSeconds(ofBash));
});

test.each<{ when: string; trouble: Parameters<ReturnType<typeof aWorld>['edges']['trouble']>[1] }>([
  { when: 'the edge holds another PSK', trouble: { wrongPsk: true } },
  { when: 'the edge refuses the ESP proposal', trouble: { refusesEsp: true } },
  { when: 'the edge is silent', trouble: { down: true } },
])('bash and the model say the same when $when', async ({ when, trouble }) => {
  const world = aWorld(withoutCloudInit);
  world.edges.trouble('one', trouble);
  const end = await world.setUp();
  // bash gets pluto's words from the model; what both make of them is compared.
  const said = end.stdout.split('\n').slice(0, -2).join('\n');
  expect(said).toContain('"primary" #');
  const ofBash = runInBash(aMachine(when.replaceAll(' ', '-'), said), world.script);
  expect(ofBash.exitCode).toBe(1);
  expect(withoutSeconds(end)).toEqual(withoutSeconds(ofBash));
});

test('bash and the model say the same when the PSK is missing', async () => {
  const world = aWorld(withoutCloudInit);
  const script = world.script.replaceAll('TK_PSK_PRIMARY', 'TK_PSK_ELSEWHERE');
  const ofBash = runInBash(aMachine('missing', ''), script);
  expect(ofBash.stdout).toContain('psk-unusable');
  expect(withoutSeconds(await world.setUp({ script }))).toEqual(withoutSeconds(ofBash));
});

/** What a machine's kernel tracks is its own affair. */
function withoutConnections(stdout: string): string {
  return stdout.replace(/"connections":\d+/, '"connections":0');
}

test.each<{
  when: string;
  trouble: Parameters<ReturnType<typeof aWorld>['edges']['trouble']>[1];
  because: string;
}>([
  { when: 'the edge holds another PSK', trouble: { wrongPsk: true }, because: 'credential-refused' },
  {
    when: 'the edge refuses the IKE proposal',
    trouble: { refusesIke: true },
    because: 'ike-proposal-refused',
  },
  {
    when: 'the edge refuses the ESP proposal',
    trouble: { refusesEsp: true },
    because: 'esp-proposal-refused',
  },
  { when: 'the edge is silent', trouble: { down: true }, because: 'edge-silent' },
])('bash and the model diagnose the same when $when', async ({ trouble, because }) => {
  const world = aWorld(withoutCloudInit);
  world.edges.trouble('one', trouble);
  await world.setUp();
  const script = renderDiagnoseScript(aConfig());
  const journal = await world.setUp({ script: '#!/bin/bash\njournalctl -q -b -u ipsec -n 400 -o cat\n' });
  const ofModel = await world.setUp({ script });
  const machine = aMachine(`diagnosed-${because}`, '');
  writeFileSync(join(machine.root, 'journal'), journal.stdout);
  // A tunnel that is down, an agent that says so, and forwarding that waits for its device.
  for (const unit of ['ipsec', 'tunnelkeeper-agent'])
    writeFileSync(join(machine.root, `active-${unit}.service`), '');
  writeFileSync(
    join(machine.commands, 'curl'),
    `#!/bin/bash\ncase "$*" in *--proxy*) printf 000; exit 28 ;; *) printf 503 ;; esac\n`,
  );
  for (const { path, mode, content } of renderGatewayFiles(aConfig())) {
    mkdirSync(join(machine.root, path, '..'), { recursive: true });
    writeFileSync(join(machine.root, path), content);
    chmodSync(join(machine.root, path), Number.parseInt(mode, 8));
  }
  const ofBash = runInBash(machine, script);
  expect(withoutConnections(ofModel.stdout)).toBe(withoutConnections(ofBash.stdout));
  expect(parseDiagnosis(ofModel.stdout)).toMatchObject({
    changedFiles: [],
    tunnels: { primary: { state: 'down', request: false, because } },
    probe: 503,
  });
});

test.each(['tunnel-up', 'ipsec-restart'] as const)('bash and the model end %s alike', async (remedy) => {
  const world = aWorld(withoutCloudInit);
  const machine = aMachine(remedy, '');
  runInBash(machine, world.script);
  await world.setUp();
  const script = renderRemedyScript(aConfig(), remedy);
  const ofBash = runInBash(machine, script);
  expect(ofBash.stdout).toContain(`"isNew":${String(remedy === 'ipsec-restart')}`);
  expect(withoutSeconds(await world.setUp({ script }))).toEqual(withoutSeconds(ofBash));
});

test('the secrets file that bash writes is the one that the model reads', async () => {
  const world = aWorld(withoutCloudInit);
  const machine = aMachine('secrets', '');
  runInBash(machine, world.script);
  await world.setUp();
  const { stdout } = await world.setUp({ script: '#!/bin/bash\ncat /etc/ipsec.d/tunnelkeeper.secrets\n' });
  const ofBash = spawnSync('cat', [join(machine.root, 'etc/ipsec.d/tunnelkeeper.secrets')], {
    encoding: 'utf8',
  });
  expect(stdout).toBe(ofBash.stdout);
  expect(stdout).toContain(`${edgeOne} : PSK "${psk}"`);
});
