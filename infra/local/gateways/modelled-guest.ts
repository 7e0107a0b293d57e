/** How does the cloud reach into one modelled machine? Scripts, probes, clients' requests, power. */
import type {
  ClientAnswer,
  ClientRequest,
  Guest,
  Machine as Hardware,
  ScriptEnd,
  ScriptRun,
} from '../cloud/guests.js';
import type { MachineDisk } from './machine-disk.js';
import { Machine, type MachineSurroundings } from './machine.js';
import type { Way } from './network.js';
import { Stopped } from './wait.js';
import { ModelGap } from './shell/syntax.js';

/** Exit code of a script whose machine lost its power, or that was cancelled: killed. */
const killed = 137;

/** Boots a machine; gives it as the cloud sees it, and as it is inside. */
export function modelledGuest(
  hardware: Hardware,
  disk: MachineDisk,
  around: MachineSurroundings,
): { readonly guest: Guest; readonly machine: Machine } {
  const power = new AbortController();
  const machine = new Machine(hardware, disk, power.signal, around);
  const guest: Guest = {
    runScript: (run) => runScript(machine, around, run),
    probe: (port) => Promise.resolve(machine.isRunning ? machine.answerProbe(port) : undefined),
    request: (request) => answer(machine, request),
    powerOff: () => power.abort(),
  };
  return { guest, machine };
}

async function runScript(
  machine: Machine,
  { timings, gap }: MachineSurroundings,
  { script, environment, signal }: ScriptRun,
): Promise<ScriptEnd> {
  const began = Date.now();
  let stdout = '';
  let stderr = '';
  const output = {
    out: (text: string) => void (stdout += text),
    err: (text: string) => void (stderr += text),
  };
  try {
    await machine.booted;
    const either = AbortSignal.any([signal, machine.power]);
    const exitCode = await machine.runText(script, environment, either, output);
    timings.once('scriptSeconds', (Date.now() - began) / 1000);
    return { exitCode, stdout, stderr };
  } catch (error) {
    if (error instanceof Stopped) return { exitCode: killed, stdout, stderr: `${stderr}Killed\n` };
    if (!(error instanceof ModelGap)) throw error;
    gap(error.message);
    return { exitCode: 127, stdout, stderr: `${stderr}${error.message}\n` };
  }
}

async function answer(machine: Machine, { clientIp, port, seconds }: ClientRequest): Promise<ClientAnswer> {
  if (!machine.isRunning) return { kind: 'dropped', because: 'the machine does not run' };
  const way = machine.counted(machine.network.forward(clientIp, port));
  const first = answerOf(machine, way, port);
  if (seconds === undefined || way.kind !== 'tunnelled' || first.kind !== 'answered') return first;
  const brokeAfter = await machine.connections.hold({ clientIp, port, ...way }, seconds);
  if (brokeAfter === undefined) return answerOf(machine, way, port); // the edge may be silent by now
  return { kind: 'dropped', because: `the connection broke after ${Math.round(brokeAfter)} s` };
}

function answerOf(machine: Machine, way: Way, port: number): ClientAnswer {
  switch (way.kind) {
    case 'local': {
      const status = machine.answerProbe(port);
      if (status !== undefined) return { kind: 'answered', status, servedBy: machine.hardware.name };
      return { kind: 'refused', because: `nothing listens on port ${port}` };
    }
    case 'dropped':
      return { kind: 'dropped', because: way.because };
    case 'leaked':
      return { kind: 'dropped', because: 'it left in the clear, where nobody answers' };
    case 'tunnelled':
      if (machine.connections.areRefused) return { kind: 'refused', because: 'no tunnel is up' };
      if (machine.serves(way.edge)) return { kind: 'answered', status: 200, servedBy: way.edge };
      return { kind: 'dropped', because: `${way.edge} does not answer` };
  }
}
