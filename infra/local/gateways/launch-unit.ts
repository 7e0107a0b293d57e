/** What does a unit's `ExecStart` start on a modelled machine? A script, pluto, or the agent. */
import { drawGuestSeconds } from './guest-durations.js';
import { agentOnMachine } from './agent-on-machine.js';
import { Agent } from './agent.js';
import type { Machine } from './machine.js';
import { Pluto } from './pluto.js';
import type { Unit } from './read-units.js';
import type { Started } from './services.js';
import { ModelGap } from './shell/syntax.js';
import { wait } from './wait.js';

/** Starts a unit's program; a gap of the model is told, so that it doesn't look like a failure of the unit alone. */
export async function launchUnit(machine: Machine, unit: Unit, signal: AbortSignal): Promise<Started> {
  const [program = ''] = unit.command;
  try {
    if (program.endsWith('/pluto')) return await launchPluto(machine, signal);
    if (program.endsWith('/python3')) return await launchAgent(machine, unit, signal);
    if (/\/netdata(-at-nic)?$/.test(program)) return launchNetdata(machine, program);
    return await launchScript(machine, unit, signal);
  } catch (error) {
    if (!(error instanceof ModelGap)) throw error;
    machine.around.gap(error.message);
    return { exitCode: 1 };
  }
}

/** systemd's exit code for a program that can't be executed. */
const notExecutable = 203;

async function launchScript(machine: Machine, unit: Unit, signal: AbortSignal): Promise<Started> {
  const [program = ''] = unit.command;
  const text = machine.disk.read(program);
  if (text === undefined || ((machine.disk.modeOf(program) ?? 0) & 0o100) === 0)
    return { exitCode: notExecutable };
  const said: string[] = [];
  const keep = (line: string) => void said.push(line);
  const exitCode = await machine.runText(text, {}, signal, { out: keep, err: keep });
  if (exitCode !== 0) machine.around.journal(`${unit.name}: ${said.join('').trim()} (exit ${exitCode})`);
  return { exitCode };
}

/** Its wrapper only looks the NIC's address up. It needs the package's program, and doesn't start unconfigured. */
function launchNetdata({ disk }: Machine, program: string): Started {
  const isThere = program === '/usr/sbin/netdata' || disk.read(program) !== undefined;
  if (!isThere || !disk.packages.has('netdata-core')) return { exitCode: notExecutable };
  return { exitCode: disk.read('/etc/netdata/netdata.conf') === undefined ? 1 : 0 };
}

async function launchPluto(machine: Machine, signal: AbortSignal): Promise<Started> {
  const { around, hardware, power } = machine;
  await wait(drawGuestSeconds('plutoStart', around.random), signal);
  const conf = machine.readConnections();
  if (conf.kind === 'refused') around.journal(`pluto: cannot read configuration: ${conf.line}`);
  const connections = conf.kind === 'refused' ? [] : conf.connections;
  machine.markIke();
  const pluto = new Pluto(connections, machine.readSecrets(), {
    letsOut: (destinationIp, port) =>
      machine.hardware.host.letsOut({
        ...{ protocol: 'Udp', sourcePort: port, destinationIp, destinationPort: port },
      }),
    edges: around.edges,
    random: around.random,
    power,
    publicIp: hardware.publicIp,
    privateIp: hardware.privateIp,
    journal: (lines) => {
      for (const { text } of lines) around.journal(`pluto: ${text}`);
    },
    established: ({ name, device }, edge) => {
      if (device !== undefined) machine.network.addDevice(device);
      machine.markIke('ikeSeconds');
      around.log(`${hardware.name}: tunnel ${name} is up with ${edge}`);
    },
    lost: () => machine.connections.review(),
  });
  if (machine.isHung || machine.disk.isSpoilt) pluto.wedge();
  machine.pluto = pluto;
  return {
    exitCode: 0,
    stop: () => {
      pluto.stop();
      if (machine.pluto === pluto) machine.pluto = undefined;
    },
  };
}

async function launchAgent(machine: Machine, unit: Unit, signal: AbortSignal): Promise<Started> {
  const { disk, around } = machine;
  const [, , folder = '', config = ''] = unit.command;
  await wait(drawGuestSeconds('agentStart', around.random), signal);
  const text = disk.read(config);
  const program = `${folder}/__main__.py`;
  const missing = [program, config].find((path) => disk.read(path) === undefined);
  if (text === undefined || missing !== undefined || !disk.packages.has('python3')) {
    around.journal(`${unit.name}: can't open ${missing ?? 'python3'}`);
    return { exitCode: 1 };
  }
  const agent = new Agent(text, agentOnMachine(machine, unit.maySetRoutes, signal));
  machine.agent = agent;
  return {
    exitCode: 0,
    stop: () => {
      if (machine.agent === agent) machine.agent = undefined;
    },
  };
}
