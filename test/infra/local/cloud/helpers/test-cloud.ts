/** How does a test get a cloud whose minutes are milliseconds, and speak to it over raw HTTP? */
import { startCloud, type Cloud, type CloudOptions } from '../../../../../infra/local/cloud/cloud.js';
import type {
  ClientAnswer,
  ClientRequest,
  Guest,
  Guests,
  Machine,
  MetadataAnswer,
  MetadataRequest,
} from '../../../../../infra/local/cloud/guests.js';
import { defaultWorld, type World } from '../../../../../infra/local/cloud/world.js';
import { installScaledClock } from '../../../../../infra/local/region/scaled-clock.js';

/** How many times as fast as the real one a cloud under test is. */
const speed = 10_000;

const { setTimeout: realTimeout, setInterval: realInterval, Date: RealDate } = globalThis;

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What stands in a machine under test: every part of it may be replaced. */
export interface TestGuest extends Guest {
  readonly machine: Machine;
}

/** Guests that answer well, and are remembered. */
export class TestGuests implements Guests {
  readonly booted: TestGuest[] = [];
  readonly forgotten: string[] = [];
  readonly scripts: Parameters<Guest['runScript']>[0][] = [];
  probeStatus: (machine: Machine) => Promise<number | undefined> = () => Promise.resolve(200);
  request: (machine: Machine, request: ClientRequest) => Promise<ClientAnswer> = ({ name }) =>
    Promise.resolve({ kind: 'answered', status: 200, servedBy: name });
  runScript: Guest['runScript'] = () => Promise.resolve({ exitCode: 0, stdout: 'done\n', stderr: '' });

  boot(machine: Machine): Guest {
    const guest: TestGuest = {
      machine,
      runScript: (run) => {
        this.scripts.push(run);
        return this.runScript(run);
      },
      probe: () => this.probeStatus(machine),
      request: (request) => this.request(machine, request),
      powerOff: () => undefined,
    };
    this.booted.push(guest);
    return guest;
  }

  forget(machineId: string): void {
    this.forgotten.push(machineId);
  }
}

/** A running cloud with what a test asks of it. */
export class TestCloud {
  /** Ends of this many seconds and more are held back; see `holdFrom`. */
  static #heldFromSeconds = Number.POSITIVE_INFINITY;

  private constructor(
    readonly cloud: Cloud,
    readonly guests: TestGuests,
    readonly world: World,
  ) {}

  /** Starts a cloud; its timers are the fast ones until it is closed. */
  static async start(
    change: (world: World) => World = (world) => world,
    { clockSpeed, ...options }: Partial<CloudOptions> & { readonly clockSpeed?: number } = {},
  ): Promise<TestCloud> {
    TestCloud.#heldFromSeconds = Number.POSITIVE_INFINITY;
    const fast = (callback: () => void, ms = 0) => {
      if (ms < TestCloud.#heldFromSeconds * 1000) return realTimeout(callback, ms / speed);
      const held = setInterval(() => {
        if (ms >= TestCloud.#heldFromSeconds * 1000) return;
        clearInterval(held);
        callback();
      }, 1);
      return held;
    };
    if (clockSpeed === undefined)
      globalThis.setTimeout = fast as unknown as typeof setTimeout; // as the cloud calls it
    else installScaledClock(clockSpeed, Date.now());
    const guests = new TestGuests();
    const world = change(defaultWorld());
    return new TestCloud(await startCloud({ port: 0, seed: 7, world, guests, ...options }), guests, world);
  }

  async close(): Promise<void> {
    await this.cloud.close();
    globalThis.setTimeout = realTimeout;
    globalThis.setInterval = realInterval;
    globalThis.Date = RealDate;
  }

  /** Holds time back for what takes this many seconds and more, so that a test can look at what is under way. */
  holdFrom(seconds: number): void {
    TestCloud.#heldFromSeconds = seconds;
  }

  /** Lets time go on. */
  release(): void {
    TestCloud.#heldFromSeconds = Number.POSITIVE_INFINITY;
  }

  /** The start of the id of whatever is in the resource group. */
  get group(): string {
    return `/subscriptions/${this.world.subscriptionId}/resourceGroups/rg-spoke/providers`;
  }

  network(path: string): string {
    return `${this.group}/Microsoft.Network/${path}`;
  }

  machine(name: string): string {
    return `${this.group}/Microsoft.Compute/virtualMachines/${name}`;
  }

  subnet(name: string): { readonly id: string } {
    return { id: this.network(`virtualNetworks/vnet-spoke/subnets/${name}`) };
  }

  /** Sends a request to ARM; the path may hold a query or be an operation's URL. */
  async arm(
    method: string,
    target: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { pathname, searchParams } = new URL(target, 'https://management.azure.com');
    if (!searchParams.has('api-version')) searchParams.set('api-version', '2024-11-01');
    return this.send(method, `${pathname}?${searchParams.toString()}`, body, {
      'x-forwarded-host': 'management.azure.com',
      authorization: 'Bearer x',
      ...headers,
    });
  }

  /** Sends a request as it is. */
  async send(
    method: string,
    target: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.cloud.url}${target}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const read = text === '' ? {} : (JSON.parse(text) as Answer['body']); // services answer objects or lists
    return { status: answer.status, headers: answer.headers, body: read };
  }

  /** Waits for the operations that are under way. */
  async atRest(): Promise<void> {
    await this.until(() => this.cloud.operations().every(({ status }) => status !== 'InProgress'));
  }

  /** Waits until something is so; the test's own limit ends what never is. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => realTimeout(resolve, 1));
  }

  /** Writes and waits; fails unless the write is accepted. */
  async made(id: string, body: unknown): Promise<Answer> {
    const answer = await this.arm('PUT', id, body);
    if (answer.status >= 300) throw new Error(`PUT ${id}: ${JSON.stringify(answer.body)}`);
    await this.atRest();
    return answer;
  }

  /** Asks the metadata service as the last machine of a name, which has its header unless told. */
  metadata(machine: string, target: string, change: Partial<MetadataRequest> = {}): Promise<MetadataAnswer> {
    const guest = this.guests.booted.findLast((one) => one.machine.name === machine);
    if (guest === undefined) throw new Error(`Nothing runs as ${machine}.`);
    return guest.machine.host.metadata({ method: 'GET', target, headers: { Metadata: 'true' }, ...change });
  }

  /** Makes a network interface in the gateways' subnet. */
  makeInterface(name: string, more: object = {}, moreOfAll: object = {}): Promise<Answer> {
    const properties = { subnet: this.subnet('gateways'), ...more };
    return this.made(this.network(`networkInterfaces/${name}`), {
      location: this.world.region,
      properties: { ipConfigurations: [{ name: 'primary', properties }], ...moreOfAll },
    });
  }

  /** Body of a machine on a network interface. */
  machineBody(networkInterface: string, more: object = {}, zone = '1'): object {
    return {
      location: this.world.region,
      zones: [zone],
      properties: {
        hardwareProfile: { vmSize: 'Standard_D2s_v5' },
        storageProfile: {
          imageReference: { publisher: 'debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' },
          osDisk: { name: `disk-${networkInterface}`, createOption: 'FromImage', deleteOption: 'Delete' },
        },
        osProfile: {
          computerName: 'gw',
          adminUsername: 'gateway',
          customData: Buffer.from('#cloud-config').toString('base64'),
        },
        networkProfile: {
          networkInterfaces: [{ id: this.network(`networkInterfaces/${networkInterface}`) }],
        },
        ...more,
      },
    };
  }

  /** Makes a machine with a network interface of its own, and waits for its agent. */
  async makeMachine(name: string, more: object = {}, moreOfInterface: object = {}): Promise<string> {
    await this.makeInterface(`nic-${name}`, more, moreOfInterface);
    const id = this.machine(name);
    await this.made(id, this.machineBody(`nic-${name}`));
    return id;
  }
}

/** Code of a refusal. */
export function codeOf({ body }: Answer): unknown {
  return (body['error'] as { readonly code?: unknown } | undefined)?.code; // ARM's envelope
}

/** Message of a refusal. */
export function messageOf({ body }: Answer): string {
  return String((body['error'] as { readonly message?: unknown } | undefined)?.message); // ARM's envelope
}

/** URL of an answer's operation. */
export function operationOf({ headers }: Answer): string {
  return headers.get('azure-asyncoperation') ?? '';
}

/** Codes of a machine's instance view, and whether its agent is shown as ready; `none` when none is shown. */
export function viewOf({ body }: Answer): { readonly codes: readonly string[]; readonly agent: string } {
  const properties = body['properties'] as { readonly instanceView?: InstanceView } | undefined; // ARM's envelope
  return {
    codes: properties?.instanceView?.statuses.map(({ code }) => code) ?? [],
    agent: properties?.instanceView?.vmAgent?.statuses[0]?.displayStatus ?? 'none',
  };
}

interface InstanceView {
  readonly statuses: readonly { readonly code: string }[];
  readonly vmAgent?: { readonly statuses: readonly { readonly displayStatus: string }[] };
}
