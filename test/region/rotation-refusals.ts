/** How does a far side refuse a rotation? By name of the gateway's slot; runs beside the region. */
import type { Region } from '../../infra/local/region/region.js';

/** Ends a refusal. */
type End = () => void;

let ends: readonly End[] = [];

/** An edge that doesn't take over what is activated for a gateway: it keeps the PSK that it has now. */
export function keepPskAtEdge({ edges, zscaler, cloud }: Region, slot: string): void {
  const identity = addressOf(cloud, slot);
  const activePsk = () => zscaler.active().find((one) => one.identity === identity)?.psk;
  const kept = activePsk() ?? '';
  let isEntering = false;
  const end = edges.onChange(() => {
    if (isEntering || activePsk() === kept) return;
    isEntering = true;
    edges.changePsk(identity, kept);
    isEntering = false;
  });
  ends = [...ends, end];
}

/** Zscaler refuses to write a gateway's credential. */
export function refuseCredential({ zscaler, cloud }: Region, slot: string): void {
  zscaler.trouble({ refuses: [addressOf(cloud, slot)] });
  ends = [
    ...ends,
    () => {
      zscaler.trouble({ refuses: [] });
    },
  ];
}

/** Everything is accepted again. */
export function endRefusals(): void {
  for (const end of ends) end();
  ends = [];
}

function addressOf(cloud: Region['cloud'], slot: string): string {
  const found = cloud.resources().find(({ name }) => name === `pip-${slot}`)?.body['properties'] as
    { readonly ipAddress?: string } | undefined; // ARM's shape
  if (found?.ipAddress === undefined) throw new Error(`${slot} has no address.`);
  return found.ipAddress;
}
