/** What runs inside the virtual machines? The cloud only knows this much of it. */

/** A machine as the cloud hands it to whatever plays its operating system. */
export interface Machine {
  /** ARM id of the virtual machine. */
  readonly id: string;
  readonly name: string;
  readonly zone: string | undefined;
  readonly size: string;
  readonly privateIp: string;
  /** Address outside the 1:1 NAT, if the NIC has a public IP. */
  readonly publicIp: string | undefined;
  /** Custom data (cloud-init), decoded. */
  readonly customData: string;
  readonly host: MachineHost;
}

/** A request to the metadata service, which a machine finds at 169.254.169.254 without that being an address here. */
export interface MetadataRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, such as `/metadata/instance?api-version=2021-02-01`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body. */
  readonly body?: string;
}

/** What the metadata service answers: JSON, or a text. */
export interface MetadataAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a machine has of the host that it runs on. */
export interface MachineHost {
  metadata(request: MetadataRequest): Promise<MetadataAnswer>;
  /**
   * Whether a packet that begins a flow leaves the machine's subnet; what answers it comes in from then on. Ports are 0
   * where the protocol has none.
   */
  letsOut(packet: {
    readonly protocol: 'Tcp' | 'Udp' | 'Icmp' | 'Esp';
    readonly sourcePort: number;
    readonly destinationIp: string;
    readonly destinationPort: number;
  }): boolean;
}

/** A script handed to a machine by run command; parameters are its environment. */
export interface ScriptRun {
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** How a script ended. */
export interface ScriptEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One client request that the balancer (or the outside) delivers to a machine's NIC. */
export interface ClientRequest {
  readonly clientIp: string;
  readonly port: number;
  /** Absolute URL that the client asks the proxy for. */
  readonly url: string;
  /** How long the transfer takes, in seconds; over at once unless told. */
  readonly seconds?: number;
}

/** What the client gets: a status and which edge served it, or why there was no answer. */
export type ClientAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly servedBy: string }
  | { readonly kind: 'refused' | 'dropped'; readonly because: string };

/** A booted machine. */
export interface Guest {
  runScript(run: ScriptRun): Promise<ScriptEnd>;
  /** HTTP GET from the balancer's probe address 168.63.129.16; `undefined` when nothing answers. */
  probe(port: number, path: string): Promise<number | undefined>;
  /** A request that arrives at the NIC. */
  request(request: ClientRequest): Promise<ClientAnswer>;
  /** Power is gone. `boot` of the same machine starts it again with the disk as it was. */
  powerOff(): void;
}

/** Makes and keeps the insides of machines. */
export interface Guests {
  /** Called when a machine gets power: at creation and at every later start. */
  boot(machine: Machine): Guest;
  /** The machine and its disk are gone. */
  forget(machineId: string): void;
}
