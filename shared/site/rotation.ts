/** How far is a rotation of PSKs? Versions by id, never a value. */

/** Why a rotation began. */
export type RotationReason = 'due' | 'asked-for' | 'newer-version' | 'credential-refused';

/** One secret of a rotation. */
export interface RotatingSecret {
  readonly name: string;
  /** Version that the gateways used before; absent when none was known. */
  readonly from?: string;
  /** Version that they shall use; absent until it is made. */
  readonly to?: string;
}

/**
 * Where a rotation stands: the new versions are made; the far side is told; the gateways change one by one; what is
 * over is disabled. Or back: the far side is told the version before, and the gateways follow.
 */
export type RotationState = 'making' | 'telling-far-side' | 'activating' | 'rolling' | 'closing';

/** A rotation in progress. */
export interface Rotation {
  readonly id: string;
  readonly reason: RotationReason;
  readonly by?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly state: RotationState;
  /** The new versions were refused: everything goes back to the versions before. */
  readonly isGoingBack: boolean;
  readonly secrets: readonly RotatingSecret[];
  /** Slots whose credential the far side holds in the version that it should. */
  readonly told: readonly string[];
  /** Identities that were told anything, on the way there or back. */
  readonly everTold: readonly string[];
  /** Slots that try the version that they shall use now: one that serves, or all that don't. */
  readonly trying: readonly string[];
  /** ISO 8601: what failed before says nothing of this try. */
  readonly tryingSince?: string;
  /**
   * Slots that were proved with the version that they shall use: a new IKE SA, and a request through it. On the way back,
   * until the far side has the former version, those that still have the new one.
   */
  readonly proved: readonly string[];
  /** How often the new version was tried in vain. */
  readonly refusals: number;
  /** ISO 8601: not to be tried before. */
  readonly nextTryAt?: string;
}

/** Which version of a secret is in use, and since when. */
export interface SecretUse {
  readonly version: string;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601: when the far side was told it last; absent where no rotation was. */
  readonly toldAt?: string;
}
