/** Which activity begins a step? */
import type { ResourceKind } from '../shared/site/observed-site.js';
import type { Step } from '../shared/site/plan.js';

const putActivities = {
  'security-group': 'putSecurityGroup',
  'load-balancer': 'putLoadBalancer',
  'public-ip': 'putPublicIp',
  'network-interface': 'putNetworkInterface',
  'virtual-machine': 'putVirtualMachine',
  setup: 'runSetup',
} as const satisfies Record<ResourceKind, string>;

/** Name of the activity whose input is the step's intent. */
export function stepActivity({ verb, intent }: Step): string {
  return verb === 'delete' ? 'deleteResource' : putActivities[intent.kind];
}
