/** The app's entry: registers every trigger, orchestrator and activity with the Functions runtime. */
import { registerOrchestrations } from '../orchestrations/register.js';
import { registerSites } from './sites.js';
import { registerSweep } from './sweep.js';

registerOrchestrations();
registerSites();
registerSweep();
