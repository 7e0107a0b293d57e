/** What happens that Event Grid and Monitor have to know of? Operations, machines' power and secrets' new versions. */
import type { ArmServices } from './arm.js';
import type { CloudOptions } from './cloud.js';
import { durationsDrawnBy } from './durations.js';
import { EventGrid } from './event-grid.js';
import type { KeyVault } from './key-vault.js';
import type { Machines } from './machines.js';
import type { Random } from './random.js';

/** Starts Event Grid, and lets it and Monitor know what goes on. */
export function startEventGrid(all: {
  readonly options: CloudOptions;
  readonly vault: KeyVault;
  readonly machines: Machines;
  readonly services: ArmServices;
  readonly random: Random;
}): EventGrid {
  const { options, vault, machines, services, random } = all;
  const { world, longest = 0.9, onEvent = () => undefined } = options;
  const { faults, clock, monitor } = services;
  const draw = durationsDrawnBy(random, longest);
  const events = new EventGrid({ world, faults, clock, draw, random, onEvent });
  services.operations.listen(events);
  machines.onPower((id, isOn) => {
    monitor.metrics.power(id, isOn);
    events.availability(id, isOn ? 'Available' : 'Unavailable');
  });
  vault.onNewVersion(({ name, version }) => {
    events.secretVersion(name, version);
  });
  return events;
}
