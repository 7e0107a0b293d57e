/** The app without its sweep: what is looked at then was asked for by a request, an alert or an event. */
import { registerAlerts } from '../../functions/alerts.js';
import { registerOperations } from '../../functions/operations.js';
import { registerResourceEvents } from '../../functions/resource-events.js';
import { registerSites } from '../../functions/sites.js';
import { registerOrchestrations } from '../../orchestrations/register.js';

registerOrchestrations();
registerSites();
registerOperations();
registerAlerts();
registerResourceEvents();
