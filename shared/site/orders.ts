/** What did an operator ask for on a gateway, beside the site's spec? */

/** Who asked, and when. */
export interface Order {
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Orders that stand for one gateway; each until it is carried out or taken back. */
export interface GatewayOrders {
  /** Nothing takes the gateway out of service or touches its machine. */
  readonly protect?: Order;
  /** The gateway gets no new connections. */
  readonly drain?: Order;
  /** The machine of this generation is to be replaced. */
  readonly replace?: Order & { readonly generation: number };
}

/** Orders by slot. */
export type Orders = Readonly<Record<string, GatewayOrders>>;
