/** What happens that Event Grid and Monitor have to know of? Operations, machines' power and secrets' new versions. */
import type { ArmServices } from './arm.js';
import type { CloudOptions } from './cloud.js';
import { durationsDrawnBy } from './durations.js';
import { EventGrid } from './event-grid.js';
import { EventWebHooks } from './event-web-hooks.js';
import type { KeyVault } from './key-vault.js';
import type { Machines } from './machines.js';
import { seededRandom, type Random } from './random.js';

/** Sets what web hooks draw apart from what events do. */
const hookStream = 0x4007;

/** Starts Event Grid, and lets it and Monitor know what goes on. */
export function startEventGrid(all: {
  readonly options: CloudOptions;
  readonly vault: KeyVault;
  readonly machines: Machines;
  readonly services: ArmServices;
  readonly random: Random;
}): { readonly events: EventGrid; readonly hooks: EventWebHooks } {
  const { options, vault, machines, services, random } = all;
  const { world, longest = 0.9, onEvent = () => undefined } = options;
  const { faults, clock, monitor } = services;
  const draw = durationsDrawnBy(random, longest);
  const hooks = new EventWebHooks(clock, seededRandom(options.seed + hookStream), world);
  const events = new EventGrid({
    ...{ world, faults, clock, draw, random },
    onEvent: (event) => {
      onEvent(event);
      hooks.deliver(event);
    },
  });
  services.operations.listen(events);
  machines.onPower((id, isOn) => {
    monitor.metrics.power(id, isOn);
    events.availability(id, isOn ? 'Available' : 'Unavailable');
  });
  vault.onNewVersion(({ name, version }) => {
    events.secretVersion(name, version);
  });
  return { events, hooks };
}
