/** How is a modelled gateway brought up in a test? Rendered by the product, on a clock that the test moves. */
import { jest } from '@jest/globals';
import type {
  ClientAnswer,
  Guest,
  Machine,
  MachineHost,
  ScriptEnd,
} from '../../../../infra/local/cloud/guests.js';
import {
  modelledGuests,
  type ModelledGuests,
  type ModelledSurroundings,
} from '../../../../infra/local/gateways/modelled-guests.js';
import { ServiceEdges, type EdgeSpec } from '../../../../infra/local/gateways/service-edges.js';
import type { GatewayConfig } from '../../../../shared/gateway/gateway-config.js';
import { renderCloudInit } from '../../../../shared/gateway/render-cloud-init.js';
import { renderSetupScript } from '../../../../shared/gateway/render-setup-script.js';

export const publicIp = '203.0.113.5';
export const clientIp = '10.0.0.50';
export const psk = 'Correct1Horse2Battery3Staple4';
export const edgeOne = '198.51.100.10';
export const edgeTwo = '198.51.100.20';

/** A route-based gateway with one tunnel; a test names what differs. */
export function aConfig(change: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    site: 'leeds',
    slot: 'leeds-z1-1',
    routing: 'route-based',
    tunnels: [{ role: 'primary', edge: edgeOne, localId: publicIp }],
    ike: 'aes256-sha2_256;dh14',
    esp: 'null-md5',
    proxy: { address: '185.46.212.88', ports: [9400], masquerade: true },
    clients: ['10.0.0.0/16'],
    probePort: 8100,
    checkHost: 'gateway.example.net',
    idleTimeoutMinutes: 4,
    ...change,
  };
}

/** Two tunnels to two edges. */
export const twoTunnels: GatewayConfig['tunnels'] = [
  { role: 'primary', edge: edgeOne, localId: publicIp },
  { role: 'secondary', edge: edgeTwo, localId: publicIp },
];

export interface World {
  readonly guests: ModelledGuests;
  readonly edges: ServiceEdges;
  readonly machine: Machine;
  readonly log: readonly string[];
  readonly script: string;
  guest: Guest;
  boot(): void;
  /** Runs the setup script and moves the clock until it has ended. */
  setUp(run?: {
    script?: string;
    environment?: Record<string, string>;
    signal?: AbortSignal;
  }): Promise<ScriptEnd>;
  ask(port?: number, from?: string): Promise<ClientAnswer>;
  probe(): Promise<number | undefined>;
}

interface Setting {
  readonly config?: Partial<GatewayConfig>;
  readonly edges?: readonly EdgeSpec[];
  /** Breaks what was rendered. */
  readonly spoilScript?: (script: string) => string;
  readonly spoilCloudInit?: (text: string) => string;
  readonly random?: () => number;
  readonly reachesMirror?: () => boolean;
  readonly lacksPackage?: (name: string) => boolean;
  /** False where the agent has used up what it may mend: what is looked at is what others do. */
  readonly agentsMend?: boolean;
  /** Brings a report to a URL; nobody answers unless told. */
  readonly report?: ModelledSurroundings['report'];
  /** What the machine has of its host; one that lets everything out unless told. */
  readonly host?: Partial<MachineHost>;
}

const environment = { TK_ATTEMPT: '1', TK_PSK_PRIMARY: psk, TK_PSK_SECONDARY: psk };

/** A machine that boots, and a far side that knows its credential. */
export function aWorld(setting: Setting = {}): World {
  const config = aConfig(setting.config);
  const edges = new ServiceEdges(
    setting.edges ?? [
      { name: 'one', address: edgeOne, hostNames: ['one.example.net'] },
      { name: 'two', address: edgeTwo },
    ],
  );
  for (const { localId } of config.tunnels) edges.addCredential({ identity: localId, psk });
  const log: string[] = [];
  const guests = modelledGuests({
    edges,
    random: setting.random ?? (() => 0.5),
    log: (line) => void log.push(line),
    agentsMend: setting.agentsMend ?? true,
    ...(setting.report === undefined ? {} : { report: setting.report }),
    cloud: {
      reachesMirror: setting.reachesMirror ?? (() => true),
      lacksPackage: setting.lacksPackage ?? (() => false),
    },
  });
  const cloudInit = renderCloudInit(config);
  const machine: Machine = {
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-leeds-z1-1-g1',
    name: 'vm-leeds-z1-1-g1',
    zone: '1',
    size: 'Standard_D2s_v5',
    privateIp: '10.0.0.4',
    publicIp,
    customData: setting.spoilCloudInit?.(cloudInit) ?? cloudInit,
    host: {
      metadata: () => Promise.resolve({ status: 404, body: { error: 'Not found' } }),
      letsOut: () => true,
      ...setting.host,
    },
  };
  const rendered = renderSetupScript(config);
  const script = setting.spoilScript?.(rendered) ?? rendered;
  const world: World = {
    guests,
    edges,
    machine,
    log,
    script,
    guest: guests.boot(machine),
    boot: () => {
      world.guest = guests.boot(machine);
    },
    setUp: (run = {}) =>
      ended(world.guest.runScript({ script, environment, signal: new AbortController().signal, ...run })),
    ask: (port = 9400, from = clientIp) =>
      world.guest.request({ clientIp: from, port, url: 'http://www.example.net/' }),
    probe: () => world.guest.probe(8100, '/'),
  };
  return world;
}

/** Moves the clock in steps of a tenth of a second until a promise is settled; for at most half an hour. */
export async function ended<T>(promise: Promise<T>): Promise<T> {
  const progress = { isSettled: false };
  const settle = () => void (progress.isSettled = true);
  promise.then(settle, settle);
  for (let step = 0; step < 18_000; step++) {
    if (progress.isSettled) return promise;
    await jest.advanceTimersByTimeAsync(100);
  }
  throw new Error('It did not end within half an hour of the modelled time.');
}

/** Moves the clock. */
export function pass(seconds: number): Promise<void> {
  return jest.advanceTimersByTimeAsync(seconds * 1000);
}
