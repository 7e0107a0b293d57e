/**
 * `npm run bench:lab`: what does a real gateway cost, and how soon does it serve? Needs Debian and root, as
 * `npm run test:lab` does. Guests of the lab are slow to begin with: what counts is the path beside plain forwarding in
 * the same guest, in runs that take turns.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Lab } from '../../infra/local/gateways/real/lab.js';
import { obstacleToLab } from '../../infra/local/gateways/real/obstacle-to-lab.js';
import { proxyAddress } from '../../infra/local/gateways/real/fabric.js';
import { firstPsk, identityOf, LabGateway, pause, type GatewayKind } from '../lab/lab-gateway.js';
import { clients, edges, stranger } from '../lab/lab-plan.js';
import { tellTable } from '../lab/tell-table.js';
import { median } from './statistics.js';

const rounds = 5;
const transferBytes = 16 * 1024 * 1024;
const requests = 40;
/** Seconds in which the agent is watched. */
const watchedSeconds = 60;
/** Most memory of the agent, in MB (the promise). */
const mostMemory = 20;

/** Port on which a gateway forwards without a tunnel, to the same proxy. */
const plainPort = 9401;
const tunnelPort = 9400;

const proposals = ['null-md5', 'aes_gcm256'] as const;

interface Measured {
  readonly mbitPerSecond: number;
  /** Of the gateway, for each GB. */
  readonly cpuSeconds: number;
  readonly latencyMs: number;
}

const obstacle = obstacleToLab();
if (obstacle === undefined) process.exitCode = (await bench()) ? 0 : 1;
else {
  process.stderr.write(`The lab can't run here: ${obstacle}\n`);
  process.exitCode = 2;
}

async function bench(): Promise<boolean> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const lab = await Lab.start({
    edges,
    clients: [...clients, stranger],
    suites: ['bookworm', 'trixie'],
    log,
  });
  try {
    await benchStart(lab);
    const gateway = await aGateway(lab, 1, { suite: 'bookworm' });
    await gateway.setUp();
    await benchPath(lab, gateway);
    return await benchAgent(gateway);
  } finally {
    await lab.close();
  }
}

async function aGateway(lab: Lab, number: number, kind: GatewayKind): Promise<LabGateway> {
  await enter(lab, number);
  return LabGateway.boot(lab, number, kind);
}

function enter(lab: Lab, number: number, esp: string = proposals[0]): Promise<unknown> {
  const credentials = [{ identity: identityOf(number), psk: firstPsk }];
  return Promise.all(lab.edges.map((edge) => edge.setCredentials(credentials, { esp })));
}

/** From power to the first page, one machine after the other. */
async function benchStart(lab: Lab): Promise<void> {
  const rows: string[][] = [];
  for (const [index, kind] of (
    [
      { suite: 'bookworm', image: 'bare' },
      { suite: 'bookworm', image: 'baked' },
      { suite: 'trixie', image: 'bare' },
      { suite: 'trixie', image: 'baked' },
    ] as const
  ).entries()) {
    const began = performance.now();
    const since = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
    const gateway = await aGateway(lab, index + 2, kind);
    const booted = since();
    await gateway.setUp();
    const setUp = since();
    await gateway.served();
    rows.push([`${kind.suite}, ${kind.image}`, booted, setUp, since()]);
    await gateway.guest.powerOff();
  }
  tellTable(['from power to the first page', 'takes scripts', 'is set up', 'serves'], rows);
}

/** The same proxy, through the tunnel and beside it, by one gateway and one client. */
async function benchPath(lab: Lab, gateway: LabGateway): Promise<void> {
  await plainWay(lab, gateway);
  const runs = new Map<string, Measured[]>();
  for (const esp of proposals) {
    await enter(lab, gateway.number, esp);
    await gateway.setUp(firstPsk, { ...gateway.config, esp });
    await gateway.settled();
    for (let round = 0; round < rounds; round++)
      for (const [name, port] of [
        [`ESP, ${esp}`, tunnelPort],
        ['forwarding and NAT alone', plainPort],
      ] as const)
        runs.set(name, [...(runs.get(name) ?? []), await measure(gateway, port)]);
  }
  const plain = summed(runs.get('forwarding and NAT alone') ?? []);
  const rows = [...runs].map(([name, measured]) => {
    const { mbitPerSecond, cpuSeconds, latencyMs } = summed(measured);
    return [
      name,
      `${mbitPerSecond.toFixed(0)} (${(mbitPerSecond / plain.mbitPerSecond).toFixed(2)})`,
      `${cpuSeconds.toFixed(1)} (${(cpuSeconds / plain.cpuSeconds).toFixed(2)})`,
      `${latencyMs.toFixed(1)} (${(latencyMs / plain.latencyMs).toFixed(2)})`,
    ];
  });
  tellTable(['path', 'Mbit/s', 'CPU of the gateway, s/GB', 'latency, ms'], rows);
}

function summed(all: readonly Measured[]): Measured {
  return {
    mbitPerSecond: median(all.map(({ mbitPerSecond }) => mbitPerSecond)),
    cpuSeconds: median(all.map(({ cpuSeconds }) => cpuSeconds)),
    latencyMs: median(all.map(({ latencyMs }) => latencyMs)),
  };
}

/** Has gateway and edge forward without a tunnel, as nothing in the product does. */
async function plainWay(lab: Lab, { guest }: LabGateway): Promise<void> {
  const [{ name, address }] = edges;
  await guest.shell(`
iptables -w -t nat -A PREROUTING -i eth0 -p tcp --dport ${plainPort} -j DNAT --to-destination ${address}:${plainPort}
iptables -w -t nat -A POSTROUTING -o eth0 -p tcp -d ${address} -j MASQUERADE`);
  await lab
    .edge(name)
    .guest.shell(
      `iptables -w -t nat -A PREROUTING -p tcp -d ${address} --dport ${plainPort} -j DNAT --to-destination ${proxyAddress}:${tunnelPort}`,
    );
}

async function measure(gateway: LabGateway, port: number): Promise<Measured> {
  const before = cpuSecondsOf(gateway);
  const transfer = await ask(gateway, port, transferBytes);
  const used = cpuSecondsOf(gateway) - before;
  const latencies: number[] = [];
  for (let request = 0; request < requests; request++) latencies.push((await ask(gateway, port)) * 1000);
  return {
    mbitPerSecond: (transferBytes * 8) / 1e6 / transfer,
    cpuSeconds: used / (transferBytes / 1e9),
    latencyMs: median(latencies),
  };
}

/** Seconds that a request took. */
async function ask({ lab, port }: LabGateway, to: number, bytes = 0): Promise<number> {
  const end = await lab.fabric.clients.call('ask', {
    ...{ from: clients[0], host: port.privateIp, port: to, target: 'http://www.example.com/' },
    ...{ timeoutSeconds: 120, bytes },
  });
  if (end.kind !== 'answered') throw new Error(`A request to port ${to} was ${end.kind}: ${end.because}.`);
  return end.seconds;
}

/** Seconds of processor that a guest's processes have used. */
function cpuSecondsOf({ guest }: LabGateway): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ticksOf(name, guest.processGroup));
  return ticks.reduce((sum, count) => sum + count, 0) / 100;
}

/** Of one process and of its children that have ended (proc(5): fields 5 and 14 to 17 of stat), in hundredths of a second. */
function ticksOf(processId: string, group: number | undefined): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  } catch {
    return 0; // it has ended meanwhile
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (Number(fields[2]) !== group) return 0;
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** While nothing happens; false when it takes more memory than promised. */
async function benchAgent({ guest }: LabGateway): Promise<boolean> {
  const look = async () => {
    const [memory = 0, ticks = 0] = (
      await guest.shell(`
pid=$(systemctl show -P MainPID tunnelkeeper-agent)
awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 + $14 + $15 }'`)
    )
      .trim()
      .split('\n')
      .map(Number);
    return { memory: memory / 1000, seconds: ticks / 100 };
  };
  const before = await look();
  await pause(watchedSeconds);
  const after = await look();
  const share = (after.seconds - before.seconds) / watchedSeconds;
  tellTable(
    ['agent, two tunnels checked every 3 s', ''],
    [
      ['memory', `${after.memory.toFixed(1)} MB (at most ${mostMemory})`],
      ['processor of the guest, checks and all that they start', `${(share * 100).toFixed(1)} %`],
    ],
  );
  return after.memory <= mostMemory;
}
