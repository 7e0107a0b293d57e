/** How does the cloud reach into one real machine? Scripts, probes, clients' requests, power. */
import type { ClientAnswer, ClientRequest, Guest, Machine } from '../../cloud/guests.js';
import type { GatewayInPlace, Lab } from './lab.js';
import type { AskEnd } from './namespace-calls.js';

/** Seconds that a client, or a probe, waits for an answer. */
const patienceSeconds = 5;

/** Gives a machine power, and hands it to the cloud. */
export function realGuest(
  lab: Lab,
  machine: Machine,
  place: Promise<GatewayInPlace>,
  log: (line: string) => void,
): Guest {
  let hasPower = true;
  const booted = place.then(async ({ guest }) => {
    await guest.powerOff(); // it may be on its way down from its last life
    if (hasPower) guest.powerOn();
  });
  booted.catch((error: unknown) => {
    log(`${machine.name} doesn't come up: ${String(error)}`);
  });
  return {
    runScript: async (run) => {
      const { guest } = await place;
      await booted;
      return guest.run(run);
    },
    probe: async (port, path) => {
      const { guest, port: at } = await place;
      if (!guest.isOn) return undefined;
      const end = await lab.probe(at, port, path);
      return end.kind === 'answered' ? end.status : undefined;
    },
    request: async (request) => {
      const { guest, port: at } = await place;
      if (!guest.isOn) return { kind: 'dropped', because: 'the machine does not run' };
      return clientAnswer(await send(lab, at.privateIp, request));
    },
    powerOff: () => {
      hasPower = false;
      // What couldn't be plugged in never had power.
      booted.then(async () => (await place).guest.powerOff()).catch(() => undefined);
    },
  };
}

function send(
  lab: Lab,
  privateIp: string,
  { clientIp, port, url, seconds = 0 }: ClientRequest,
): Promise<AskEnd> {
  return lab.fabric.clients.call('ask', {
    ...{ from: clientIp, host: privateIp, port, target: url },
    timeoutSeconds: patienceSeconds,
    lastsSeconds: seconds,
  });
}

/** The proxy's answer is the name of its edge. */
function clientAnswer(end: AskEnd): ClientAnswer {
  switch (end.kind) {
    case 'answered':
      return { kind: 'answered', status: end.status, servedBy: end.body };
    case 'refused':
      return { kind: 'refused', because: end.because };
    case 'reset':
    case 'silent':
      return { kind: 'dropped', because: end.because };
  }
}
