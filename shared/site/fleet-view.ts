/** How does the whole fleet do? What keeps a remedy from making a bad day worse. */
import type { GatewayStatus, SiteRecord } from './site-record.js';
import type { Cause } from './remedy.js';

/** The fleet in numbers. */
export interface FleetView {
  /** All gateways of sites that are wanted. */
  readonly gateways: number;
  /** Those that don't serve though they should, and not because somebody changes them. */
  readonly failing: number;
  /** By the primary service edge of their site: how many serve, and how many find the edge or what is behind it dead. */
  readonly edges: Readonly<Record<string, { readonly up: number; readonly down: number }>>;
}

/** Causes that are no failure: the gateway is well, is coming up, or is to be changed as planned. */
const notFailing: readonly Cause[] = ['healthy', 'starting', 'config-drift', 'secret-newer'];

/** Causes that speak against a service edge. */
const edgeIsDown: readonly Cause[] = ['tunnel-down', 'service-edge-down', 'proxy-dead'];

/** Sums the rows of all sites up. */
export function fleetView(records: readonly SiteRecord[]): FleetView {
  const wanted = records.filter((record) => record.wanted === 'present');
  const edges: Record<string, { up: number; down: number }> = {};
  for (const { spec, gateways } of wanted) {
    const edge = (edges[spec.tunnel.edges.primary] ??= { up: 0, down: 0 });
    edge.down += gateways.filter(speaksAgainstEdge).length;
    edge.up += gateways.filter((status) => status.doing === 'serving' && !speaksAgainstEdge(status)).length;
  }
  const all = wanted.flatMap(({ gateways }) => gateways);
  return { gateways: all.length, failing: all.filter(isFailing).length, edges };
}

function speaksAgainstEdge({ cause }: GatewayStatus): boolean {
  return cause !== undefined && edgeIsDown.includes(cause);
}

function isFailing({ doing, cause }: GatewayStatus): boolean {
  if (doing === 'broken' || doing === 'mending' || doing === 'suspended' || doing === 'stopped') return true;
  return doing !== 'serving' && cause !== undefined && !notFailing.includes(cause);
}
