/** May this host run an instance of that version? `defaultVersion` of `host.json` against what the instance began with. */

/** The settings of `extensions.durableTask` about versions. */
export interface VersionSettings {
  /** Version of new instances, and the one that this host's code is of. */
  readonly defaultVersion?: string;
  readonly versionMatchStrategy?: 'None' | 'Strict' | 'CurrentOrOlder';
  readonly versionFailureStrategy?: 'Reject' | 'Fail';
}

/** Whether an instance may be run here; `rejected` waits for another host, `failed` is its end. */
export type VersionVerdict =
  { readonly kind: 'runs' } | { readonly kind: 'rejected' | 'failed'; readonly sentence: string };

/**
 * Judges an instance's version (Microsoft Learn, 'Orchestration versioning', Version matching and mismatch handling).
 *
 * @param version of the instance; '' for none
 */
export function judgeVersion(version: string, settings: VersionSettings): VersionVerdict {
  const { defaultVersion, versionMatchStrategy: match = 'CurrentOrOlder' } = settings;
  // That a host without a version of its own matches nothing is inferred.
  if (match === 'None' || defaultVersion === undefined) return { kind: 'runs' };
  const order = compareVersions(version, defaultVersion);
  if (match === 'Strict' ? order === 0 : order <= 0) return { kind: 'runs' };
  const sentence = `Version '${version}' of the instance doesn't go with this host's defaultVersion '${defaultVersion}' (versionMatchStrategy ${match}).`;
  return { kind: settings.versionFailureStrategy === 'Fail' ? 'failed' : 'rejected', sentence };
}

/**
 * Compares two versions as the page says: none is older than any; `System.Version` where both can be read as one;
 * letters otherwise, upper and lower case alike.
 *
 * @returns below, at or above 0
 */
export function compareVersions(one: string, other: string): number {
  const [numbers, others] = [numbersOf(one), numbersOf(other)];
  if (numbers !== undefined && others !== undefined) {
    for (let index = 0; index < 4; index++) {
      // A part that isn't given is less than 0 (System.Version.CompareTo).
      const difference = (numbers[index] ?? -1) - (others[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  const [text, otherText] = [one.toLowerCase(), other.toLowerCase()];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}

/** Two to four numbers with dots between, which is what `System.Version` reads. */
function numbersOf(version: string): readonly number[] | undefined {
  return /^\d+(\.\d+){1,3}$/.test(version) ? version.split('.').map(Number) : undefined;
}
