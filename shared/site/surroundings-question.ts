/** What is asked of Azure before anything is built? */
import type { ResourceIntent } from './intent.js';

/** Everything that `Surroundings` answers. */
export interface SurroundingsQuestion {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
  readonly subnetId: string;
  readonly frontendIp?: string;
  readonly size: string;
  /** `publisher:offer:sku:version`, or the ARM id of an image. */
  readonly image: string;
  readonly secretNames: readonly string[];
  readonly publicIpIds: readonly string[];
  /** One of each kind that the site makes, for Azure Policy. */
  readonly samples: readonly ResourceIntent[];
}
