/** What makes up a lab? Guests with real kernels and real Libreswan, the network between them, and clients that ask. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeGuest } from './edge-guest.js';
import {
  appAddress,
  Fabric,
  mirrorAddress,
  platformAddress,
  type Addresses,
  type GatewayPort,
} from './fabric.js';
import { imagesOf, type Images, type Suite } from './images.js';
import { startJanitor, type Janitor } from './janitor.js';
import { UmlGuest } from './uml-guest.js';

/** A service edge as it is wanted. */
export interface EdgePlan {
  readonly name: string;
  readonly address: string;
  /** Names that the platform's DNS knows it by. */
  readonly hostNames?: readonly string[];
}

/** What a lab is made of. */
export interface LabPlan {
  readonly edges: readonly EdgePlan[];
  /** Addresses of clients. */
  readonly clients: readonly string[];
  /** Name by which machines find the app that they report to. */
  readonly appName?: string;
  /** Releases whose images and mirror are wanted. */
  readonly suites: readonly Suite[];
  readonly log: (line: string) => void;
}

/** A machine as it is wanted. */
export interface GatewayPlan extends Addresses {
  readonly name: string;
  readonly suite: Suite;
  readonly image: 'bare' | 'baked';
  readonly cloudConfig: string;
}

/** A gateway in its place; it has no power yet. */
export interface GatewayInPlace {
  readonly guest: UmlGuest;
  readonly port: GatewayPort;
}

const gatewayMiB = 256;
const edgeMiB = 160;

/** A lab that is up. */
export class Lab {
  private gateways = 0;

  private constructor(
    readonly fabric: Fabric,
    readonly edges: readonly EdgeGuest[],
    private readonly images: ReadonlyMap<Suite, Images>,
    private readonly folder: string,
    private readonly janitor: Janitor,
  ) {}

  /** Brings a lab up: about ten seconds, and a minute more for each image that isn't there yet. */
  static async start({ edges, clients, suites, appName, log }: LabPlan): Promise<Lab> {
    const images = new Map<Suite, Images>();
    const edgeSuite: Suite = 'bookworm';
    for (const suite of new Set([edgeSuite, ...suites])) images.set(suite, await imagesOf(suite, log));
    const folder = mkdtempSync(join(tmpdir(), 'tunnelkeeper-lab-'));
    const prefix = `tk${process.pid}${folder.slice(-3)}`;
    const janitor = startJanitor([`${prefix}-az`, `${prefix}-cl`], folder);
    try {
      const fabric = await Fabric.create(prefix, clients);
      fabric.serveNames([
        ...edges,
        ...(appName === undefined ? [] : [{ address: appAddress, hostNames: [appName] }]),
      ]);
      const folders: Record<string, string> = {};
      for (const [suite, { mirror, newer }] of images)
        Object.assign(folders, { [suite]: mirror, [`${suite}-newer`]: newer });
      await fabric.azure.call('serveFolders', { address: mirrorAddress, folders });
      const image = images.get(edgeSuite)?.baked ?? '';
      const guests = await Promise.all(edges.map((edge) => startEdge(edge, { fabric, folder, image })));
      return new Lab(fabric, guests, images, folder, janitor);
    } catch (error) {
      await janitor.clear();
      throw error;
    }
  }

  /** Puts a gateway's machine into the network; it stands still until it gets power. */
  async addGateway(plan: GatewayPlan): Promise<GatewayInPlace> {
    const { name, suite, image, cloudConfig, privateIp } = plan;
    const port = await this.fabric.addGateway(plan);
    const guest = new UmlGuest({
      ...{ name: `g${++this.gateways}-${name}`, address: privateIp, tap: port.tap, cloudConfig },
      image: this.images.get(suite)?.[image] ?? '',
      folder: subfolder(this.folder, `gateway${this.gateways}`),
      namespace: this.fabric.azure,
      memoryMiB: gatewayMiB,
    });
    return { guest, port };
  }

  edge(name: string): EdgeGuest {
    const edge = this.edges.find((one) => one.name === name);
    if (edge === undefined) throw new Error(`There is no edge ${name}.`);
    return edge;
  }

  /** Sends one client's request to a gateway's network interface. */
  ask({ privateIp }: GatewayPort, from: string, seconds = { timeout: 5, lasts: 0 }) {
    return this.fabric.clients.call('ask', {
      ...{ from, host: privateIp, port: 9400, target: 'http://www.example.com/' },
      timeoutSeconds: seconds.timeout,
      lastsSeconds: seconds.lasts,
    });
  }

  /** Takes a machine out of the network, its power first. */
  async removeGateway({ guest, port }: GatewayInPlace): Promise<void> {
    await guest.powerOff();
    await this.fabric.removeGateway(port);
    rmSync(guest.hardware.folder, { recursive: true, force: true });
  }

  /** Asks as the balancer's probe does. */
  probe({ privateIp }: GatewayPort, port: number, path = '/') {
    return this.fabric.azure.call('ask', {
      ...{ from: platformAddress, host: privateIp, port, target: path, timeoutSeconds: 5 },
    });
  }

  /** Ends all guests and removes all that the lab made. */
  close(): Promise<void> {
    return this.janitor.clear();
  }
}

async function startEdge(
  { name, address }: EdgePlan,
  { fabric, folder, image }: { fabric: Fabric; folder: string; image: string },
): Promise<EdgeGuest> {
  const guest = new UmlGuest({
    ...{ name: `edge-${name}`, address, image, memoryMiB: edgeMiB },
    tap: await fabric.addEdge(address),
    folder: subfolder(folder, name),
    namespace: fabric.azure,
  });
  guest.powerOn();
  await guest.isUp;
  return EdgeGuest.begin(name, guest);
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
