/** What makes up a region on one machine? The cloud, the machines in it, storage, the app in its host, and clients. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startClients } from '../clients/clients.js';
import type { ClientCounts } from '../clients/counts.js';
import { startCloud, type Cloud, type CloudOptions } from '../cloud/cloud.js';
import type { WireRequest } from '../cloud/wire.js';
import { defaultWorld, type World } from '../cloud/world.js';
import { seededRandom } from '../cloud/random.js';
import { modelledGuests } from '../gateways/modelled-guests.js';
import type { ObservedGuests } from '../gateways/observed-guests.js';
import { ServiceEdges } from '../gateways/service-edges.js';
import { startHost, type Host, type HostJson, type HostOptions } from '../host/host.js';
import type { LocalZscaler } from '../zscaler/zscaler.js';
import { startStorage, type StorageService } from './azurite.js';
import { startFarSide } from './far-side.js';
import { answerFaults } from './fault-api.js';
import { startOperator } from './operator.js';
import { appName, reportsUrl, wayOfReports, type WayOfReports } from './reports.js';
import { callOnAlert, openEventQueue } from './signals.js';
import { SiteApi } from './site-api.js';

/** How a region is started. */
export interface RegionOptions {
  /** Port of the API; 0 for any free one. */
  readonly port: number;
  readonly seed: number;
  /** Draws the secrets and their versions, so that another region has the same vault; as all else unless told. */
  readonly vaultSeed?: number;
  /** Longest duration of Azure's that is drawn, as a percentile; 0.9 unless told. */
  readonly longest?: number;
  /** Where the tables and queues are kept; in memory without one. */
  readonly tables?: string;
  /** Starts the tables and queues; processes of their own unless told. */
  readonly startStorage?: () => Promise<StorageService>;
  /** Brings up what plays the machines; a model unless told. */
  readonly startGuests?: (around: GuestSurroundings) => Promise<GuestsAtWork>;
  /** Folder of the hub's journal; in memory without one. */
  readonly journal?: string;
  /** Folder in which timers keep when they fired; in memory without one. */
  readonly timers?: string;
  /** What becomes of functions that take too long; they are told of unless time is virtual, since a scaled clock makes them look slow. */
  readonly timeouts?: HostOptions['timeouts'];
  readonly log: (line: string) => void;
  readonly onExchange?: CloudOptions['onExchange'];
  /** Actions of the app's role; without them it may do everything. */
  readonly allowedActions?: CloudOptions['allowedActions'];
  /** Registers credentials at the far side as a person would; true unless told. */
  readonly hasOperator?: boolean;
  /** Seconds between two looks of that person; 3 unless told. */
  readonly operatorEverySeconds?: number;
  /** Each client's pause from one request to the next; 2 unless told. */
  readonly clientsEverySeconds?: number;
  /** What is there from the start; the default world unless told. */
  readonly world?: World;
  /** Module that registers the app's functions, as a URL or an absolute path; the sources' own unless told. */
  readonly appFile?: string;
  /** Sees activities begin and end, so that a test can let the host crash between any two of them. */
  readonly onActivity?: HostOptions['onActivity'];
}

/** What machines find around them. */
export interface GuestSurroundings {
  readonly edges: ServiceEdges;
  /** Addresses of clients. */
  readonly clients: readonly string[];
  /** Name by which gateways find the app that they report to. */
  readonly appName: string;
  /** Brings a report to a URL; says whether it is over: taken, or refused for good. */
  readonly report: WayOfReports['send'];
  readonly log: (line: string) => void;
}

/** What plays the machines, until it is closed. */
export interface GuestsAtWork {
  readonly guests: ObservedGuests;
  close(): Promise<void>;
}

/** A region around a host of the kind `H`, which may run elsewhere. */
export interface RegionAround<H extends AnyHost> {
  readonly api: SiteApi;
  readonly cloud: Cloud;
  readonly edges: ServiceEdges;
  readonly zscaler: LocalZscaler;
  readonly guests: ObservedGuests;
  readonly host: H;
  /** What the clients of a site noticed. */
  clientCounts(): ClientCounts;
  /** Lets the clients count from nothing again. */
  countAnew(): void;
  close(): Promise<void>;
}

/** A running region, its host in the same process. */
export type Region = RegionAround<Host>;

/** What a region has to know of its host. */
export type AnyHost = Pick<Host, 'url' | 'close'>;

/** How the app gets its host. */
export interface AppStart<H extends AnyHost> {
  /** Done before time matters, while storage starts. */
  prepare(): Promise<void>;
  /** Starts the app with the settings that a deployment would give it. */
  start(settings: Readonly<Record<string, string>>): Promise<H>;
}

/** `.ts`, or `.js` when the code was compiled. */
const ownExtension = extname(import.meta.url);

/** Two of Zscaler's data centres, by the names in the examples. */
const serviceEdges = [
  { name: 'fra4', address: '198.51.101.10', hostNames: ['fra4-vpn.zscaler.net'] },
  { name: 'ams2-2', address: '198.51.102.10', hostNames: ['ams2-2-vpn.zscaler.net'] },
];

/** Secrets that are in the vault from the start, for the sites of the examples and of the README. */
const knownSecrets = [
  ...['psk-hq', 'psk-branch', 'psk-policy', 'psk-named-z1-1', 'psk-named-z2-1', 'psk-three'],
  'psk-edges',
];

/** Offices behind the balancer, in the spoke and beyond the hub. */
const clientAddresses = ['10.1.5.10', '10.1.5.11', '10.1.5.12', '10.1.5.13', '10.1.5.14', '10.1.5.15'];

/** One request in ten lasts: a download, or what else holds a connection open. Estimate. */
const lasting = { every: 10, upToSeconds: 60 };

/** An SSH public key whose private half was thrown away. */
const sshPublicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq2m1mH0m3t5o0y2l0v8r2i7l4t9n6u1x3w5z7b9d1f tunnelkeeper';

/** Brings a region up; the app is loaded last, unmodified, with the settings that a deployment would give it. */
export function startRegion(options: RegionOptions): Promise<Region> {
  return startRegionAround(options, {
    prepare: loadSdks,
    start: (settings) => {
      Object.assign(process.env, settings);
      return startApp(options);
    },
  });
}

/** Brings a region up around a host that is started by the caller, such as in a process of its own. */
export async function startRegionAround<H extends AnyHost>(
  options: RegionOptions,
  app: AppStart<H>,
): Promise<RegionAround<H>> {
  const { seed, log } = options;
  const random = seededRandom(seed + 2);
  const edges = new ServiceEdges(serviceEdges);
  const reports = wayOfReports();
  const atWork = await (options.startGuests?.({
    ...{ edges, clients: clientAddresses, appName, report: reports.send, log },
  }) ??
    Promise.resolve({
      guests: modelledGuests({ edges, random, log, report: reports.send }),
      close: () => Promise.resolve(),
    }));
  const { guests } = atWork;
  const beginStorage = options.startStorage ?? (() => startStorage(options.tables));
  const [storage] = await Promise.all([beginStorage(), app.prepare()]);
  const events = await openEventQueue(storage.connectionString, log);
  const beside = {
    '/faults': (request: WireRequest) => answerFaults({ cloud, edges, guests, zscaler }, request),
    '/clients': () => Promise.resolve({ status: 200, body: { ...clients.counts() } }),
  };
  const cloud = await startRegionsCloud(options, { guests, onEvent: events.put, beside });
  const { zscaler, settings } = await startFarSide(edges, cloud.vault, seededRandom(seed + 4));
  const secrets = options.vaultSeed === undefined ? random : seededRandom(options.vaultSeed + 1);
  for (const name of knownSecrets) cloud.vault.set(name, randomPsk(secrets));
  const ours = deploymentSettings(cloud, storage.connectionString);
  const host = await app.start({ ...ours, ...settings });
  reports.leadTo(host.url, () => cloud.faults.loses('reports'));
  await callOnAlert(cloud, ours.TUNNELKEEPER_ACTION_GROUP_ID, `${host.url}/api/alerts`);
  events.subscribe();
  const api = new SiteApi(`${host.url}/api`);
  const operator =
    (options.hasOperator ?? true)
      ? operate(api, cloud, zscaler, options.operatorEverySeconds ?? 3)
      : undefined;
  const clients = startClients({
    send: sender(cloud),
    clients: clientAddresses,
    everySeconds: options.clientsEverySeconds ?? 2,
    lasting: { ...lasting, random: seededRandom(seed + 3) },
  });
  return {
    ...{ api, cloud, edges, zscaler, guests, host },
    clientCounts: () => clients.counts(),
    countAnew: () => {
      clients.countAnew();
    },
    async close() {
      operator?.stop();
      clients.stop();
      await host.close();
      await cloud.close();
      await events.settled();
      await zscaler.close();
      await storage.close();
      await atWork.close();
    },
  };
}

/** An SDK takes most of a second to load, which a scaled clock would make ten; a warm app has it loaded. */
async function loadSdks(): Promise<void> {
  await Promise.all([
    import('@azure/arm-compute'),
    import('@azure/arm-network'),
    import('@azure/arm-monitor'),
    import('@azure/arm-policyinsights'),
    import('@azure/keyvault-secrets'),
    import('@azure/monitor-query'),
  ]);
}

function startRegionsCloud(
  { seed, vaultSeed, longest = 0.9, world = defaultWorld(), onExchange, allowedActions }: RegionOptions,
  parts: Pick<CloudOptions, 'guests' | 'onEvent' | 'beside'>,
): Promise<Cloud> {
  return startCloud({
    ...{ port: 0, seed, world, longest, ...parts },
    ...(vaultSeed === undefined ? {} : { vaultSeed }),
    ...(onExchange === undefined ? {} : { onExchange }),
    ...(allowedActions === undefined ? {} : { allowedActions }),
  });
}

function startApp({
  appFile,
  port,
  seed,
  log,
  onActivity,
  journal,
  timers,
  timeouts = 'told',
}: RegionOptions): Promise<Host> {
  return startHost({
    appFile: appFile ?? new URL(`../../../functions/main${ownExtension}`, import.meta.url).href,
    port,
    hostJson: readHostJson(),
    random: seededRandom(seed + 5),
    timeouts,
    log: (level, text) => {
      log(`${level}: ${text}`);
    },
    ...(onActivity === undefined ? {} : { onActivity }),
    ...(journal === undefined ? {} : { journal }),
    ...(timers === undefined ? {} : { timers }),
  });
}

function operate(
  api: SiteApi,
  { vault }: Cloud,
  zscaler: LocalZscaler,
  everySeconds: number,
): { stop(): void } {
  return startOperator({
    api,
    secret: (name) => newestEnabled(vault, name),
    isRegistered: (identity) => zscaler.saved(identity) !== undefined,
    register: (credential) => {
      zscaler.addCredential(credential);
    },
    everySeconds,
  });
}

/** What a person would enter: the newest version that is enabled. */
function newestEnabled(vault: Cloud['vault'], name: string): string | undefined {
  const newest = vault.versions(name).findLast(({ enabled }) => enabled);
  return newest === undefined ? undefined : vault.valueOf(name, newest.version);
}

/** Each client asks every balancer's port in turn. */
function sender(cloud: Cloud) {
  let turn = 0;
  return async (clientIp: string, lastsSeconds?: number) => {
    const targets = cloud.balancers
      .frontends()
      .flatMap(({ ip, ports }) => ports.map((port) => ({ ip, port })));
    const target = targets[turn++ % Math.max(1, targets.length)];
    if (target === undefined) return undefined;
    const { ip: frontendIp, port } = target;
    const request = { frontendIp, clientIp, port, url: 'http://www.example.com/' };
    const lasts = lastsSeconds === undefined ? {} : { seconds: lastsSeconds };
    return { ...(await cloud.send({ ...request, ...lasts })), frontendIp };
  };
}

/** What a deployment sets. */
function deploymentSettings({ url, world }: Cloud, storage: string) {
  const group = `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroups[0] ?? ''}`;
  return {
    AZURE_SUBSCRIPTION_ID: world.subscriptionId,
    TUNNELKEEPER_RESOURCE_GROUP: world.resourceGroups[0] ?? '',
    TUNNELKEEPER_VAULT_URL: `https://${world.vaultHost}`,
    TUNNELKEEPER_GATEWAY_IDENTITY_ID: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateways`,
    TUNNELKEEPER_SSH_PUBLIC_KEY: sshPublicKey,
    TUNNELKEEPER_LOCAL_CLOUD: url,
    TUNNELKEEPER_REPORTS_URL: reportsUrl,
    TUNNELKEEPER_STORAGE: storage,
    AzureWebJobsStorage: storage,
    AZURE_CLIENT_ID: world.appClientId,
    TUNNELKEEPER_ACTION_GROUP_ID: `${group}/providers/Microsoft.Insights/actionGroups/ag-tunnelkeeper`,
  };
}

function readHostJson(): HostJson {
  const file = fileURLToPath(new URL('../../../host.json', import.meta.url));
  return JSON.parse(readFileSync(file, 'utf8')) as HostJson; // our own file
}

/** Letters and digits, as a portal makes them. */
function randomPsk(random: () => number): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  return Array.from({ length: 32 }, () => letters[Math.floor(random() * letters.length)]).join('');
}
