/** Which routes does an interface really have? Asked by POST, answered in an operation, and only while its machine runs. */
import { formatArmId, type ArmId } from './arm-id.js';
import type { Provision } from './arm-provider.js';
import { notFound } from './arm-refusals.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import type { Machines } from './machines.js';
import type { Change, Operation } from './operations.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { methodNotAllowed, networkRefusal, type WireAnswer, type WireRequest } from './wire.js';
import type { World } from './world.js';

/** Where a route comes from; of two with one prefix the first that is named here counts (documented). */
const sources = ['User', 'VirtualNetworkGateway', 'Default'] as const;

/** A route as it is answered. */
interface Route {
  readonly name?: string;
  readonly source: (typeof sources)[number];
  readonly prefix: string;
  readonly nextHopType: string;
  readonly nextHopIpAddress?: string;
}

/** Ranges that no network has: dropped unless something says otherwise (documented). */
const unroutable = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** Answers for effective routes. */
export class EffectiveRoutes {
  constructor(
    private readonly resources: Resources,
    private readonly machines: Machines,
    private readonly announced: World['announced'],
  ) {}

  /** Answers a question; `undefined` when the path is none. Throws a refusal. */
  answer(provision: Provision, path: ArmId, request: WireRequest): WireAnswer | undefined {
    const type = `${resourceType.networkInterface}/effectiveRouteTable`;
    if (path.type.toLowerCase() !== type.toLowerCase()) return undefined;
    if (request.method !== 'POST') throw methodNotAllowed(request);
    const ownPath = { ...path, type: resourceType.networkInterface };
    const networkInterface = this.resources.get(formatArmId(ownPath));
    if (networkInterface === undefined) throw notFound(ownPath);
    this.#checkRuns(networkInterface);
    return { status: 202, headers: this.#begin(provision, networkInterface, request) };
  }

  /** Its code was recorded, its text is inferred. */
  #checkRuns({ id, body }: Resource): void {
    const machine = referenceOf(propertiesOf(body)['virtualMachine']);
    if (machine !== '' && this.machines.powerState(machine) === 'running') return;
    throw networkRefusal(
      400,
      'NicMustBeAttachedToRunningVmToGetEffectiveRoutes',
      `Network interface ${id} must be attached to a running virtual machine to get its effective routes.`,
    );
  }

  /** Location alone says where to ask (recorded). */
  #begin(provision: Provision, networkInterface: Resource, { query }: WireRequest): Record<string, string> {
    const seconds = provision.draw('network-interface.effective-routes');
    const about: Change = {
      provider: 'Microsoft.Network',
      resourceId: networkInterface.id,
      type: resourceType.networkInterface,
      verb: 'action',
      action: 'effectiveRouteTable',
    };
    const operation: Operation = provision.operations.start(
      about,
      async () => {
        await provision.clock.pause(seconds);
        operation.result = { value: this.#routesOf(networkInterface).map(view) };
        return provision.failureOf(about);
      },
      () => undefined,
    );
    const headers = provision.operations.headersOf(operation, query.get('api-version') ?? '', 10);
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'azure-asyncoperation'));
  }

  #routesOf({ body }: Resource): readonly Route[] {
    const configuration = propertiesOf(asList(propertiesOf(body)['ipConfigurations'])[0]);
    const subnetId = referenceOf(configuration['subnet']);
    const network = this.resources.get(subnetId.replace(/\/subnets\/[^/]+$/i, ''));
    const properties = propertiesOf(network?.body);
    const subnet = asList(properties['subnets']).find((one) =>
      subnetId.toLowerCase().endsWith(`/subnets/${asText(asRecord(one)['name']).toLowerCase()}`),
    );
    const table = propertiesOf(this.resources.get(referenceOf(propertiesOf(subnet)['routeTable']))?.body);
    const own = asList(asRecord(properties['addressSpace'])['addressPrefixes']).map(asText);
    const fromHub = table['disableBgpRoutePropagation'] === true ? [] : this.#announcedTo(properties);
    return [
      ...own.map((prefix): Route => ({ source: 'Default', prefix, nextHopType: 'VnetLocal' })),
      ...fromHub,
      { source: 'Default', prefix: '0.0.0.0/0', nextHopType: 'Internet' },
      ...unroutable.map((prefix): Route => ({ source: 'Default', prefix, nextHopType: 'None' })),
      ...asList(table['routes']).map(userRoute),
    ];
  }

  /** What networks announce whose gateway this one uses. */
  #announcedTo(network: Json): readonly Route[] {
    return asList(network['virtualNetworkPeerings'])
      .map(propertiesOf)
      .filter(
        ({ useRemoteGateways, peeringState }) => useRemoteGateways === true && peeringState === 'Connected',
      )
      .flatMap(({ remoteVirtualNetwork }) => {
        const name = referenceOf(remoteVirtualNetwork).split('/').at(-1)?.toLowerCase() ?? '';
        return this.announced?.[name] ?? [];
      })
      .map((prefix) => ({
        source: 'VirtualNetworkGateway',
        prefix,
        nextHopType: 'VirtualNetworkGateway',
      }));
  }
}

function userRoute(route: unknown): Route {
  const { addressPrefix, nextHopType, nextHopIpAddress } = propertiesOf(route);
  const address = asText(nextHopIpAddress);
  return {
    name: asText(asRecord(route)['name']),
    source: 'User',
    prefix: asText(addressPrefix),
    nextHopType: asText(nextHopType),
    ...(address === '' ? {} : { nextHopIpAddress: address }),
  };
}

/** Of two routes with one prefix only one is active. */
function view(
  { name, source, prefix, nextHopType, nextHopIpAddress }: Route,
  _: number,
  all: readonly Route[],
): Json {
  const isBeaten = all.some(
    (other) => other.prefix === prefix && sources.indexOf(other.source) < sources.indexOf(source),
  );
  return {
    ...(name === undefined ? {} : { name }),
    source,
    state: isBeaten ? 'Invalid' : 'Active',
    addressPrefix: [prefix],
    nextHopType,
    nextHopIpAddress: nextHopIpAddress === undefined ? [] : [nextHopIpAddress],
  };
}
