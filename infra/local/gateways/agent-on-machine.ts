/** What does the agent find on its machine, and what does it do there? */
import type { AgentHost } from './agent.js';
import type { Machine } from './machine.js';
import type { Mend } from './mend-on-the-spot.js';
import type { Report } from './outbox.js';
import { wait } from './wait.js';

/** Devices that a restart of pluto takes along. */
const devices = ['vti0', 'vti1'];
/** A pluto that doesn't end when asked is killed after so long. */
const shutdownSeconds = 5;

/** @param maySetRoutes whether the unit leaves the program the right to */
export function agentOnMachine(machine: Machine, maySetRoutes: boolean, signal: AbortSignal): AgentHost {
  const { network } = machine;
  // What nobody watches isn't refused: its unit empties the chain.
  signal.addEventListener('abort', () => (machine.connections.areRefused = false), { once: true });
  return {
    signal,
    send: (address, port, device) => machine.counted(network.send(address, port, device)),
    serves: (edge) => machine.serves(edge),
    hasDevice: (name) => network.hasDevice(name),
    routeTo: (destination) => network.routeTo(destination),
    setRoute: (destination, device) => maySetRoutes && network.setRoute(destination, device),
    lead: ({ device = '', table }) => {
      if (maySetRoutes && table !== undefined && !network.leads(String(table), device))
        network.setTable(String(table), device);
    },
    plutoAge: () => (machine.pluto === undefined ? undefined : (Date.now() - machine.pluto.startedAt) / 1000),
    child: (role) => {
      if (machine.pluto === undefined || machine.pluto.isWedged) return undefined;
      return machine.pluto.tunnel(role)?.edge !== undefined;
    },
    reset: (role) => machine.connections.breakIn(role),
    refuse: (isSo) => {
      machine.connections.areRefused = isSo;
    },
    isHeld: () => !machine.around.agentMends || machine.lock.isHeld,
    report: (url, report) => reportFrom(machine, url, report, signal),
    mend: (mend) => mendOn(machine, mend, signal),
  };
}

/** A flow to the app, by which a report goes: its rules decide by address and port alone. */
const toTheApp = {
  protocol: 'Tcp',
  sourcePort: 40_000,
  destinationIp: '198.51.103.10',
  destinationPort: 443,
} as const;
/** The rendered program waits so long for an answer. */
const answerSeconds = 10;

async function reportFrom(
  { hardware, around }: Machine,
  url: string,
  report: Report,
  signal: AbortSignal,
): Promise<boolean> {
  if (!hardware.host.letsOut(toTheApp)) {
    await wait(answerSeconds, signal);
    return false;
  }
  return around.report(url, report);
}

async function mendOn(machine: Machine, mend: Mend, signal: AbortSignal): Promise<void> {
  const holder = {};
  if (!machine.lock.tryTake(holder)) return;
  try {
    if (mend.kind === 'restart') await restart(machine, signal);
    else {
      const tunnel = machine.pluto?.tunnel(mend.role);
      if (mend.kind === 'reconnect') tunnel?.down();
      void tunnel?.up(); // asked for, not waited for
    }
  } finally {
    machine.lock.leave(holder);
  }
}

/** Ends pluto, which systemd starts again. */
async function restart({ pluto, services, network, around }: Machine, signal: AbortSignal): Promise<void> {
  around.restarted();
  if (pluto?.isWedged === true) await wait(shutdownSeconds, signal);
  services.kill('ipsec.service');
  for (const device of devices) network.removeDevice(device);
}
