/** Which orchestrators and activities are there? The table of contents of this room. */
import * as df from 'durable-functions';
import { putAlertRule } from '../shared/azure/alert-rules.js';
import { beginDeletion } from '../shared/azure/begin-deletion.js';
import { beginPutLoadBalancer, beginPutPool } from '../shared/azure/load-balancers.js';
import { beginPutNetworkInterface } from '../shared/azure/network-interfaces.js';
import { beginPutPublicIp } from '../shared/azure/public-ips.js';
import { beginPutSecurityGroup } from '../shared/azure/security-groups.js';
import { beginRedeploy, beginStart } from '../shared/azure/virtual-machines.js';
import { activateFarSide, tellFarSide } from './far-side.activity.js';
import { giveSeatsBack, lookAtFleet, takeSeats } from './fleet.activity.js';
import { askOperations, lookAtResources, lookAtSurroundings } from './look.activity.js';
import { putVirtualMachine } from './put-virtual-machine.activity.js';
import { readSite } from './read-site.activity.js';
import { reconcileSite } from './reconcile-site.orchestrator.js';
import { recordRound } from './record-round.activity.js';
import { disableVersion, makeVersion } from './rotate-secret.activity.js';
import { runScript } from './run-script.activity.js';
import { runSetup } from './run-setup.activity.js';

/** Every activity under its name; one whose whole work is a call of shared/azure stands here by that call. */
const activities: Readonly<Record<string, df.ActivityHandler>> = {
  readSite,
  recordRound,
  lookAtResources,
  lookAtSurroundings,
  askOperations,
  putSecurityGroup: beginPutSecurityGroup,
  putLoadBalancer: beginPutLoadBalancer,
  putPublicIp: beginPutPublicIp,
  putNetworkInterface: beginPutNetworkInterface,
  putVirtualMachine,
  runSetup,
  runScript,
  putAlertRule,
  putPool: beginPutPool,
  startMachine: beginStart,
  redeployMachine: beginRedeploy,
  lookAtFleet,
  takeSeats,
  giveSeatsBack,
  makeVersion,
  tellFarSide,
  activateFarSide,
  disableVersion,
  deleteResource: beginDeletion,
};

/** Registers the room with the Functions runtime. */
export function registerOrchestrations(): void {
  df.app.orchestration('reconcileSite', reconcileSite);
  for (const [name, handler] of Object.entries(activities)) df.app.activity(name, { handler });
}
