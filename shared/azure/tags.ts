/** Whose is a resource? Tags of ours, beside the tags of others. */
import { parseSlotId, tagName, type SlotId } from '../site/ids.js';
import type { ResourceIntent } from '../site/intent.js';
import type { ResourceState } from '../site/observed-site.js';

/** Tags as ARM has them. */
export type Tags = Readonly<Record<string, string>>;

/** Tags of one resource: the owner's, then ours. */
export function tagsOf(intent: ResourceIntent): Record<string, string> {
  const { placement, config } = intent;
  return {
    ...placement.tags,
    [tagName.site]: placement.site,
    [tagName.config]: config,
    ...('slot' in intent ? { [tagName.slot]: intent.slot } : {}),
    ...('generation' in intent ? { [tagName.generation]: String(intent.generation) } : {}),
  };
}

/** Says whether a resource is the site's. */
export function isOf(site: string, tags: Tags | undefined): boolean {
  return tags?.[tagName.site] === site;
}

/** The slot that a resource's tag names; `undefined` when it names none. */
export function slotOf(tags: Tags | undefined): SlotId | undefined {
  return parseSlotId(tags?.[tagName.slot] ?? '')?.slot;
}

/** What every observed resource has, read from an answer or a list. */
export function commonOf(found: {
  readonly name?: string | undefined;
  readonly id?: string | undefined;
  readonly provisioningState?: string | undefined;
  readonly tags?: Tags | undefined;
}) {
  const config = found.tags?.[tagName.config];
  return {
    name: found.name ?? '',
    id: found.id ?? '',
    state: stateOf(found.provisioningState),
    ...(config === undefined ? {} : { config }),
  };
}

/** Azure's provisioning state in our words; a state that is not known counts as changing. */
export function stateOf(provisioningState: string | undefined): ResourceState {
  switch (provisioningState?.toLowerCase()) {
    case 'succeeded':
      return 'settled';
    case 'failed':
    case 'canceled':
      return 'failed';
    case 'deleting':
      return 'deleting';
    default:
      return 'changing';
  }
}
