/** How is Azure stood in for on one machine? One region, one subscription, one vault, behind one address. */
import { AdminStates } from './admin-states.js';
import type { SentAlert } from './alert-notifications.js';
import { AppAccess } from './app-access.js';
import { formatArmId } from './arm-id.js';
import { armServices } from './arm-services.js';
import { CallLog, callOf, type Call } from './call-log.js';
import { Clock } from './clock.js';
import { startEventGrid } from './event-sources.js';
import type { EventWebHooks } from './event-web-hooks.js';
import type { ComputeOffers } from './compute-offers.js';
import { drawMishap } from './failing-calls.js';
import type { Faults } from './faults.js';
import type { Guests } from './guests.js';
import { answerHost } from './hosts.js';
import type { Json } from './json.js';
import { KeyVault } from './key-vault.js';
import { latencyOf } from './latency.js';
import { LoadBalancerDataPlane, type Delivery, type FrontendRequest } from './load-balancer-data-plane.js';
import { MachineHosts } from './machine-host.js';
import { Machines, type MachineDraws } from './machines.js';
import type { Operation } from './operations.js';
import type { PacketFilter } from './packet-filter.js';
import { seededRandom, type Random } from './random.js';
import { RecordedAnswers } from './recorded-answers.js';
import { Resources, type Resource } from './resources.js';
import { listen, type Exchange } from './server.js';
import { answerSimulator } from './simulator-api.js';
import { streamsOf } from './streams.js';
import { steerMachines, type SteeredMachines } from './steered-machines.js';
import { VaultThrottling } from './vault-throttling.js';
import type { WireAnswer, WireRequest } from './wire.js';
import type { World } from './world.js';

/** What a cloud is started with. */
export interface CloudOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly seed: number;
  /** Draws the ids of the vault's versions, so that another cloud has the same; from the ids of all else unless told. */
  readonly vaultSeed?: number;
  readonly world: World;
  /** Longest duration that is drawn, as a percentile: 0.9 for a usual day, 0.99 for one with what is rare; 0.9 unless told. */
  readonly longest?: number;
  readonly guests: Guests;
  /** Sees every exchange, for logs and for conformance. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Gets the events of Event Grid, in its own schema: at least once each, unordered. */
  readonly onEvent?: (event: Json) => void;
  /** Actions and data actions of the app's role, with Azure's wildcards; without them it may do everything. */
  readonly allowedActions?: readonly string[];
  /** What is served at the same address and isn't the cloud's, by path: `/faults`. */
  readonly beside?: Readonly<Record<string, (request: WireRequest) => Promise<WireAnswer>>>;
}

/** A running cloud. */
export interface Cloud extends SteeredMachines {
  readonly url: string;
  readonly world: World;
  readonly faults: Faults;
  readonly vault: KeyVault;
  readonly offers: ComputeOffers;
  operations(): readonly Operation[];
  draws(): readonly MachineDraws[];
  resources(): readonly Resource[];
  /** The newest 100,000 requests to ARM and to the vault, oldest first. */
  calls(): readonly Call[];
  /** The actions that a role needs to send what the app has sent, as access control names them. */
  usedActions(): readonly string[];
  /** Every alert that a rule has fired or resolved, oldest first, with whom it was told to. */
  alerts(): readonly SentAlert[];
  readonly balancers: LoadBalancerDataPlane;
  /** What security groups let pass, to and from any interface. */
  readonly filter: PacketFilter;
  /** Web hooks that get what Event Grid tells, besides `onEvent`. */
  readonly eventHooks: EventWebHooks;
  send(request: FrontendRequest): Promise<Delivery>;
  /** Gives the app a role of these actions; it applies some time later. */
  giveRole(actions: readonly string[]): void;
  close(): Promise<void>;
}

/** Brings the cloud up. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { world, seed, guests, onExchange, longest = 0.9 } = options;
  const streams = streamsOf(seed, longest);
  const { ids: random, durations: draw, signals } = streams;
  const clock = new Clock();
  const resources = new Resources(random, () => clock.pause(streams.lags('arm.list-lag')));
  const machines = new Machines(guests, draw, clock);
  const states = new AdminStates();
  const hosts = new MachineHosts({ resources, clock, world, seed });
  const balancers = new LoadBalancerDataPlane({ resources, machines, states, clock, filter: hosts.filter });
  furnish(resources, world);
  const services = armServices(world, {
    ...{ random, resources, machines, hosts, balancers, states, draw, clock, signals, seed, longest },
    answers: new RecordedAnswers(streams.answers),
  });
  const vault = vaultOf(world, versionIds(options, random), services.faults);
  const { events, hooks } = startEventGrid({ options, vault, machines, services, random: signals });
  const calls = new CallLog();
  const access = new AppAccess(world, options.allowedActions, { clock, draw: streams.roles });
  const steered = {
    faults: services.faults,
    vault,
    operations: () => services.operations.all(),
    draws: () => machines.draws(),
    resources: () => resources.all(),
    calls: () => calls.all(),
    alerts: () => services.monitor.alerts(),
    balancers,
    filter: hosts.filter,
    eventHooks: hooks,
    ...steerMachines({ ...services, random, machines, hosts }),
  };
  const { server, url } = await listen(
    {
      random,
      answer: (request) => {
        const beside = options.beside?.[request.path];
        if (beside !== undefined) return beside(request);
        return request.path.startsWith('/sim/')
          ? answerSimulator(steered, request)
          : answerHost(request, { world, vault, events, hooks, services, access, hosts });
      },
      mishap: (request) =>
        isBeside(options, request) ? undefined : drawMishap(services.faults, streams.mishaps, request),
      latency: latencyOf(world, clock, streams.latencies),
      onExchange: (exchange) => {
        if (exchange.target.startsWith('/sim/')) return;
        calls.add(callOf(exchange));
        onExchange?.(exchange);
      },
    },
    options.port,
  );
  return {
    url,
    world,
    ...steered,
    usedActions: () => access.used(),
    giveRole: access.give,
    offers: services.offers,
    send: (request) => balancers.send(request),
    async close() {
      clock.stop();
      balancers.close();
      machines.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function vaultOf({ vaultHost, tenantId }: World, random: Random, faults: Faults): KeyVault {
  return new KeyVault(vaultHost, tenantId, random, new VaultThrottling(() => faults.bucketShare()));
}

function versionIds({ vaultSeed }: CloudOptions, others: Random): Random {
  return vaultSeed === undefined ? others : seededRandom(vaultSeed);
}

/** Says whether a request is for the simulator itself, or for what is served beside it. */
function isBeside({ beside = {} }: Pick<CloudOptions, 'beside'>, { path }: WireRequest): boolean {
  return path.startsWith('/sim/') || beside[path] !== undefined;
}

/** Puts what is there from the start where it belongs. */
function furnish(resources: Resources, { subscriptionId, resources: all }: World): void {
  for (const { resourceGroup, type, name, body } of all) {
    const id = formatArmId({ subscriptionId, resourceGroup, type, names: [name] });
    resources.furnish({ id, name, type, resourceGroup }, body);
  }
}
