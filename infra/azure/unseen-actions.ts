/** Which actions does the app need that no region shows? Each with its reason. */

/** An action that stands in used-actions.json by hand. */
export interface UnseenAction {
  readonly action: string;
  readonly because: string;
}

/** What is allowed besides what was seen. */
export const unseenActions: readonly UnseenAction[] = [
  {
    action: 'Microsoft.Compute/disks/delete',
    because: 'A machine’s disk goes with it (deleteOption); that Azure asks this of the caller is inferred.',
  },
  {
    action: 'Microsoft.Compute/virtualMachines/redeploy/action',
    because:
      'The rung of the ladder before a new machine; a region gets there only after every other failed.',
  },
  {
    action: 'Microsoft.Network/locations/operationResults/read',
    because: 'An operation that names Location alone is asked there; each of the region’s names both.',
  },
];
