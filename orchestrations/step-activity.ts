/** Which activity begins a step? */
import type { ResourceIntent } from '../shared/site/intent.js';
import type { Step } from '../shared/site/plan.js';
import type { RotationStep } from '../shared/site/rotation-step.js';

const putActivities = {
  'security-group': 'putSecurityGroup',
  'load-balancer': 'putLoadBalancer',
  'alert-rule': 'putAlertRule',
  pool: 'putPool',
  'public-ip': 'putPublicIp',
  'network-interface': 'putNetworkInterface',
  'virtual-machine': 'putVirtualMachine',
  setup: 'runSetup',
  run: 'runScript',
} as const satisfies Record<ResourceIntent['kind'], string>;

const rotationActivities = {
  'make-version': 'makeVersion',
  'tell-far-side': 'tellFarSide',
  'activate-far-side': 'activateFarSide',
  'disable-version': 'disableVersion',
} as const satisfies Record<RotationStep['intent']['kind'], string>;

/** Name of the activity whose input is the step's intent. */
export function stepActivity(step: Step | RotationStep): string {
  switch (step.verb) {
    case 'put':
      return putActivities[step.intent.kind];
    case 'delete':
      return 'deleteResource';
    case 'start':
      return 'startMachine';
    case 'redeploy':
      return 'redeployMachine';
    case 'rotate':
      return rotationActivities[step.intent.kind];
  }
}
