/** Which proxy ports does who serve while a change of them rolls through a site? No client may meet one that doesn't answer. */
import type { PlannedSlot } from './arranging/table.js';
import type { Observed } from './plan.js';
import type { Site } from './site.js';
import type { OutOfService } from './site-record.js';

/**
 * What gateways serve and the security group lets in: the ports that are wanted, and those that the balancer still
 * hands on.
 */
export function withRollingPorts(site: Site, observed: Observed): Site {
  const left = balancerPorts(observed).filter((port) => !site.proxy.ports.includes(port));
  return left.length === 0
    ? site
    : { ...site, proxy: { ...site.proxy, ports: [...site.proxy.ports, ...left] } };
}

/** What the balancer hands on: the ports that are wanted once every gateway that serves knows them, before that what it has. */
export function withBalancerPorts(
  site: Site,
  observed: Observed,
  slots: readonly PlannedSlot[],
  outOfService: Readonly<Record<string, OutOfService>>,
): Site {
  const there = balancerPorts(observed);
  const isRolling =
    Object.keys(outOfService).length > 0 ||
    slots.some(({ plan }) => plan.wish?.kind === 'planned' || plan.doing === 'changing');
  return there.length === 0 || !isRolling ? site : { ...site, proxy: { ...site.proxy, ports: [...there] } };
}

function balancerPorts({ resources }: Observed): readonly number[] {
  return resources.find((resource) => resource.kind === 'load-balancer')?.ports ?? [];
}
