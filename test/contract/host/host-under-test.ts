/** Which hosts can stand behind the contract? Whoever starts an app and says where it answers. */

/** How an app is to be started. */
export interface HostWish {
  /** URL of the module that registers the app's functions; TypeScript. */
  readonly appFile: string;
  /** Content of `host.json`. */
  readonly hostJson: object;
  /** Settings of the app, besides the connection of its storage. */
  readonly settings: Readonly<Record<string, string>>;
  /** Two starts with one name are a restart: what a host keeps, it finds again. */
  readonly state: string;
}

/** A host that runs the app. */
export interface RunningHost {
  readonly url: string;
  /** Open functions, everything, and web hooks of extensions. */
  readonly keys: { readonly function: string; readonly master: string; readonly system: string };
  /** Stops it in good order; what it keeps stays. */
  close(): Promise<void>;
}

/** A kind of host. */
export interface HostUnderTest {
  /** Seconds that pass for the host in one of ours; 1 for a host whose clock can't be changed. */
  readonly speed: number;
  /** Connection string of a storage with queues, which the app finds as the setting `ContractStorage`. */
  readonly storage: string;
  start(wish: HostWish): Promise<RunningHost>;
  /** Ends what was made beside the hosts. */
  close(): Promise<void>;
}
