/** Which way does a packet take out of a machine: into a tunnel, nowhere, or out in the clear? */
import { Firewall, isWithin, type Packet } from './firewall.js';
import type { Pluto } from './pluto.js';
import type { Tunnel } from './tunnel.js';

/** The machine's only real device. */
export const nic = 'eth0';

/** Where a packet ended. */
export type Way =
  | {
      readonly kind: 'tunnelled';
      readonly edge: string;
      readonly tunnel: Tunnel;
      readonly destination: string;
    }
  | { readonly kind: 'local' }
  | { readonly kind: 'dropped'; readonly because: string }
  /** It left outside ESP. */
  | { readonly kind: 'leaked' };

/** Devices, routes and rules since the boot. */
export class Network {
  readonly firewall = new Firewall();
  private readonly devices = new Set([nic]);
  /** Devices of routes by destination; `blackhole` is no device. */
  private readonly routes = new Map<string, { device?: string; isBlackhole: boolean }>();
  /** Devices of the default routes of other tables, which marked connections are led to. */
  private readonly tables = new Map<string, string>();
  readonly policyRules: string[] = [];
  forwards = false;
  /** Whether the kernel keeps a table of connections: its module is loaded. */
  tracksConnections = false;

  /** @param changed told after each change of a route or device */
  constructor(
    readonly privateIp: string,
    private readonly pluto: () => Pluto | undefined,
    private readonly changed: () => void,
  ) {}

  hasDevice(name: string): boolean {
    return this.devices.has(name);
  }

  addDevice(name: string): void {
    this.devices.add(name);
  }

  removeDevice(name: string): void {
    this.devices.delete(name);
    for (const [destination, route] of this.routes) {
      // The kernel takes a device's routes along; the blackhole beneath stays.
      if (route.device === name) this.routes.set(destination, { isBlackhole: route.isBlackhole });
    }
    for (const [table, device] of this.tables) if (device === name) this.tables.delete(table);
    this.changed();
  }

  /** Whether another table's default route leads into a device. */
  leads(table: string, device: string): boolean {
    return this.tables.get(table) === device;
  }

  /** Sets the default route of another table; false when there is no such device. */
  setTable(table: string, device: string): boolean {
    if (!this.devices.has(device)) return false;
    this.tables.set(table, device);
    this.changed();
    return true;
  }

  /**
   * Whether a connection that began in a tunnel's device goes on there: it got a mark on its way out, gets it back
   * when its next packet arrives, and a rule leads the mark to a table whose route is that device.
   */
  pins(device: string): boolean {
    const mark = this.firewall.markOn('POSTROUTING', device);
    if (mark === undefined || !this.firewall.restoresMarks('PREROUTING', nic)) return false;
    const tables = this.policyRules.flatMap((line) => {
      const [, ruleMark, table] = /fwmark (\S+) lookup (\S+)$/.exec(line) ?? [];
      return ruleMark === mark && table !== undefined ? [table] : [];
    });
    return tables.some((table) => this.tables.get(table) === device);
  }

  addBlackhole(destination: string): void {
    this.routes.set(destination, { ...this.routes.get(destination), isBlackhole: true });
  }

  /** Sets the main table's route; false when there is no such device. */
  setRoute(destination: string, device: string): boolean {
    if (!this.devices.has(device)) return false;
    this.routes.set(destination, { isBlackhole: false, ...this.routes.get(destination), device });
    this.changed();
    return true;
  }

  /** Takes the route to a device, or the blackhole beneath it; false when there is none. */
  deleteRoute(destination: string, blackhole: boolean): boolean {
    const route = this.routes.get(destination);
    if (route === undefined || !(blackhole ? route.isBlackhole : route.device !== undefined)) return false;
    const { device, isBlackhole } = route;
    if (blackhole)
      this.routes.set(destination, { isBlackhole: false, ...(device === undefined ? {} : { device }) });
    else this.routes.set(destination, { isBlackhole });
    this.changed();
    return true;
  }

  /** Device of the route to exactly this destination. */
  routeTo(destination: string): string | undefined {
    return this.routes.get(destination)?.device;
  }

  isBlackholed(destination: string): boolean {
    return this.routes.get(destination)?.isBlackhole ?? false;
  }

  /** A new connection that arrives at the NIC. */
  forward(source: string, port: number): Way {
    const arrived: Packet = { source, destination: this.privateIp, port, inDevice: nic };
    const redirected = this.firewall.judge('nat', 'PREROUTING', arrived);
    if (redirected.kind !== 'redirected') return { kind: 'local' };
    if (!this.forwards) return { kind: 'dropped', because: 'the kernel does not forward' };
    const packet = { ...arrived, destination: redirected.destination };
    return this.leave(packet, 'FORWARD', this.route(packet.destination));
  }

  /** A new connection of the machine's own, bound to a device or not. */
  send(destination: string, port: number, boundTo: string | undefined): Way {
    if (boundTo !== undefined && !this.devices.has(boundTo))
      return { kind: 'dropped', because: `there is no device ${boundTo}` };
    const device = boundTo ?? this.route(destination);
    return this.leave({ source: this.privateIp, destination, port }, 'OUTPUT', device);
  }

  /** Device that a packet takes; `undefined` where its route is a blackhole. */
  route(destination: string): string | undefined {
    for (const [prefix, { device, isBlackhole }] of this.routes) {
      if (!isWithin(destination, prefix)) continue;
      if (device !== undefined) return device;
      if (isBlackhole) return undefined;
    }
    return nic;
  }

  private leave(packet: Packet, chain: 'FORWARD' | 'OUTPUT', device: string | undefined): Way {
    if (device === undefined) return { kind: 'dropped', because: 'its route is a blackhole' };
    const tunnel = this.tunnelFor(packet.destination, device);
    const takenByPolicy = tunnel !== undefined && tunnel.policy !== 'none';
    const verdict = this.firewall.judge('filter', chain, { ...packet, outDevice: device, takenByPolicy });
    if (verdict.kind === 'dropped') return { kind: 'dropped', because: 'the fail-closed rule drops it' };
    if (takenByPolicy && tunnel.edge !== undefined)
      return { kind: 'tunnelled', edge: tunnel.edge, tunnel, destination: packet.destination };
    // A policy without an SA, and a VTI device without one, drop; the NIC takes everything.
    if (takenByPolicy || device !== nic) return { kind: 'dropped', because: 'its tunnel is down' };
    return { kind: 'leaked' };
  }

  private tunnelFor(destination: string, device: string): Tunnel | undefined {
    return this.pluto()?.all.find(({ connection }) =>
      device === nic
        ? connection.device === undefined && isWithin(destination, connection.remoteSelector)
        : connection.device === device,
    );
  }
}
