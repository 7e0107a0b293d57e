/** What do a test and the process that runs its region say to each other? */

/** How a region is wanted. */
export interface RegionWish {
  /** Orders what happens at one moment, and draws what is drawn: the same seed gives the same region. */
  readonly seed: number;
  /** Longest duration of Azure's that is drawn, as a percentile; 0.9, a usual day, unless told. */
  readonly longest?: number;
  readonly hasOperator?: boolean;
  /** Folder of the tables; in memory without one. */
  readonly tables?: string;
  /** URL or absolute path of the JavaScript that registers the app; the sources' own without one. */
  readonly appFile?: string;
  /** Actions of the app's role; without them it may do everything. */
  readonly allowedActions?: readonly string[];
}

/** Asks for a call of, or a look at, what stands at a path. */
export interface Ask {
  readonly id: number;
  readonly path: string;
  readonly values: readonly unknown[];
}

/** What came of it; 0 is the region's own greeting. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
