/** What do a subscription's list of machines and the batches of metrics answer? A cloud of as many sites as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenAsAzure, stopListening } from './listen.js';

/** Machines by ARM id, with their power; `undefined` for one without a power state. */
export type Machines = Readonly<Record<string, string | undefined>>;

/** A running cloud. */
export interface FleetCloud {
  machines: Machines;
  /** What each minute's point of a balancer is; `undefined` for a balancer that isn't answered. */
  pointsOf: (id: string) => readonly unknown[] | undefined;
  /** Answers that replace all others; by part of the path and its query. */
  failures: Readonly<Record<string, number>>;
  /** Method, host and path with query of all requests. */
  readonly asked: () => readonly string[];
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/** Machines on a page, as Azure has them at least (what a page of a list with status holds is an estimate). */
const pageMachines = 100;

/** Most ids that a batch takes (Microsoft Learn, 'Metrics batch'). */
const maxBatch = 50;

function machine(id: string, power: string | undefined) {
  const statuses = [
    { code: 'ProvisioningState/succeeded' },
    ...(power === undefined ? [] : [{ code: `PowerState/${power}` }]),
  ];
  // Lists with status write the group in capitals.
  return { id: id.toUpperCase(), location: 'westeurope', properties: { instanceView: { statuses } } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set, so pieces are buffers
  return Buffer.concat(pieces).toString();
}

/** Starts the cloud and points the settings of the deployment at it. */
export async function startFleetCloud(): Promise<FleetCloud> {
  let asked: string[] = [];

  const answer = (url: URL, body: string): readonly [number, unknown] => {
    const failure = Object.entries(cloud.failures).find(([part]) =>
      `${url.pathname}${url.search}${body}`.includes(part),
    );
    if (failure !== undefined)
      return [failure[1], { error: { code: 'ServerTimeout', message: 'The request timed out.' } }];
    if (url.pathname.endsWith('/metrics:getBatch')) return metrics(body);
    if (!url.pathname.endsWith('/virtualMachines') || url.searchParams.get('statusOnly') !== 'true')
      return [404, { error: { code: 'ResourceNotFound', message: url.pathname } }];
    const from = Number(url.searchParams.get('$skiptoken') ?? 0);
    const all = Object.entries(cloud.machines).map(([id, power]) => machine(id, power));
    url.searchParams.set('$skiptoken', String(from + pageMachines));
    const next =
      from + pageMachines < all.length
        ? { nextLink: `https://management.azure.com${url.pathname}${url.search}` }
        : {};
    return [200, { value: all.slice(from, from + pageMachines), ...next }];
  };

  const metrics = (body: string): readonly [number, unknown] => {
    const { resourceids } = JSON.parse(body) as { resourceids: string[] }; // as the SDK writes it
    if (resourceids.length > maxBatch)
      return [400, { error: { code: 'BadRequest', message: 'Too many resources.' } }];
    const values = resourceids.flatMap((id) => {
      const data = cloud.pointsOf(id);
      const name = { value: 'DipAvailability', localizedValue: 'Health Probe Status' };
      const about = { starttime: '2026-03-02T11:55:00Z', endtime: '2026-03-02T12:00:00Z', interval: 'PT1M' };
      const value = [
        {
          id: `${id}/m`,
          type: 'Microsoft.Insights/metrics',
          name,
          unit: 'Count',
          timeseries: [{ metadatavalues: [], data }],
        },
      ];
      const place = {
        namespace: 'Microsoft.Network/loadBalancers',
        resourceregion: 'westeurope',
        resourceid: id,
      };
      return data === undefined ? [] : [{ ...about, ...place, value }];
    });
    return [200, { values }];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://cloud');
    asked.push(
      `${request.method ?? ''} ${String(request.headers['x-forwarded-host'])}${decodeURIComponent(request.url ?? '')}`,
    );
    const [status, said] = answer(url, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  };

  const server = createServer((request, response) => void serve(request, response));
  const cloud: FleetCloud = {
    machines: {},
    pointsOf: () => [],
    failures: {},
    asked: () => asked,
    reset: () => {
      asked = [];
      cloud.failures = {};
    },
    stop: () => stopListening(server),
  };
  await listenAsAzure(server);
  return cloud;
}
