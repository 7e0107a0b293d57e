/** How is a machine shown? Its model, and where it is asked for, the view of what it does now. */
import { asRecord, propertiesOf, without, type Json } from './json.js';
import type { Machines, PowerState } from './machines.js';
import type { Resource } from './resources.js';

/** The machine as a read shows it; `$expand=instanceView` asks for more. */
export function machineView(machines: Machines, resource: Resource, query: URLSearchParams): Json {
  const { id, name, type, state, body } = resource;
  const properties = propertiesOf(body);
  const wantsView = query.get('$expand')?.toLowerCase() === 'instanceview';
  return {
    name,
    id,
    type,
    ...body,
    properties: {
      ...properties,
      // What was sent as custom data is never shown again.
      osProfile: without(asRecord(properties['osProfile']), 'customData'),
      provisioningState: isOld(query) ? state.toLowerCase() : state,
      ...(wantsView ? { instanceView: instanceView(machines, resource) } : {}),
    },
  };
}

/** `updating` was recorded beside `Succeeded`; that it's the older versions that write so is inferred. */
function isOld(query: URLSearchParams): boolean {
  const version = query.get('api-version');
  return version !== null && version < '2018';
}

/** Texts of the statuses as recorded; those of the transitions are inferred from their codes. */
const powerTexts: Readonly<Record<PowerState, string>> = {
  starting: 'VM starting',
  running: 'VM running',
  stopping: 'VM stopping',
  stopped: 'VM stopped',
  deallocating: 'VM deallocating',
  deallocated: 'VM deallocated',
};

/** What the machine does now; one that was never booted has no power state, one that is off has no agent. */
export function instanceView(
  machines: Machines,
  { id, state, name }: Pick<Resource, 'id' | 'state' | 'name'>,
): Json {
  const isRunning = machines.guest(id) !== undefined;
  const powerState = machines.powerState(id);
  const agent = machines.isAgentReady(id)
    ? {
        code: 'ProvisioningState/succeeded',
        level: 'Info',
        displayStatus: 'Ready',
        message: 'Guest Agent is running',
      }
    : {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: 'VM status blob is found but not yet populated.',
      };
  const provisioning = {
    code: `ProvisioningState/${state.toLowerCase()}`,
    level: state === 'Failed' ? 'Error' : 'Info',
    displayStatus: state === 'Succeeded' ? 'Provisioning succeeded' : state,
  };
  const power =
    powerState === undefined
      ? []
      : [{ code: `PowerState/${powerState}`, level: 'Info', displayStatus: powerTexts[powerState] }];
  return {
    computerName: name,
    ...(isRunning ? { vmAgent: { vmAgentVersion: '2.9.1.1', statuses: [agent] } } : {}),
    statuses: [provisioning, ...power],
  };
}
