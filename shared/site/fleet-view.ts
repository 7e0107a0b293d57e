/** How does the fleet do, all sites together? */

/** Counts over all sites. */
export interface FleetView {
  /** Gateways that serve, or should by now. */
  readonly gateways: number;
  /** Those of them that something is wrong with. */
  readonly failing: number;
  /** By service edge: gateways that serve through it, and gateways whose tunnel to it is down. */
  readonly edges: Readonly<Record<string, { readonly up: number; readonly down: number }>>;
}
