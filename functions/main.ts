/** The app's entry: registers every trigger, orchestrator and activity with the Functions runtime. */
import { registerOrchestrations } from '../orchestrations/register.js';
import { registerAlerts } from './alerts.js';
import { registerGatewayReports } from './gateway-reports.js';
import { registerHistories } from './histories.js';
import { registerOperations } from './operations.js';
import { registerResourceEvents } from './resource-events.js';
import { registerSites } from './sites.js';
import { registerSweep } from './sweep.js';

registerOrchestrations();
registerSites();
registerOperations();
registerAlerts();
registerGatewayReports();
registerResourceEvents();
registerSweep();
registerHistories();
