/** What does the vault hold? Values leave this file by one function alone. */
import { randomInt } from 'node:crypto';
import type { SecretReference } from '../site/intent.js';
import type { SecretState } from '../site/observed-site.js';
import { failure, problem, problemCode, success, type Outcome } from '../site/problem.js';
import { secretClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** Zscaler documents 255 characters and no charset; letters and digits are what no file and no shell misreads. */
const usable = /^[A-Za-z0-9]*$/;
const [shortest, longest] = [8, 255];

/** Most versions of one secret that are read; a rotation a day for a year and more. */
const mostVersions = 1000;

/** Tag of a version that a rotation made. */
const rotationTag = 'tunnelkeeper-rotation';

interface KnownVersion {
  readonly version: string;
  readonly isEnabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly rotation: string | undefined;
}

/** Versions of a secret, newest first; empty when there is no such secret. */
function listVersions(name: string): Promise<Outcome<readonly KnownVersion[]>> {
  return outcomeOf({ verb: 'read', what: `the versions of secret ${name}` }, async () => {
    const client = await secretClient();
    const versions: KnownVersion[] = [];
    for await (const { version, enabled, createdOn, tags } of client.listPropertiesOfSecretVersions(name)) {
      if (versions.length >= mostVersions) break;
      versions.push({
        version: version ?? '',
        isEnabled: enabled !== false,
        createdAt: createdOn?.getTime() ?? 0,
        rotation: tags?.[rotationTag],
      });
    }
    return versions.sort((a, b) => b.createdAt - a.createdAt);
  });
}

/**
 * Says whether a secret can be used, and in which version: the newest that is enabled, since the newest of all may be
 * one that was taken back. Its value is looked at here and goes no further.
 */
export async function secretState(name: string): Promise<Outcome<SecretState>> {
  const listed = await listVersions(name);
  if (!listed.ok) {
    const code = problemCode(listed.problem);
    return code === 'secret-missing' || code === 'gone' ? success({ name, state: 'missing' }) : listed;
  }
  if (listed.value.length === 0) return success({ name, state: 'missing' });
  const newest = listed.value.find(({ isEnabled }) => isEnabled);
  if (newest === undefined) return success({ name, state: 'disabled' });
  const { version } = newest;
  const read = await readSecretVersion({ name, version });
  if (!read.ok) return read;
  if (!usable.test(read.value)) return success({ name, state: 'unusable', version, because: 'characters' });
  if (read.value.length < shortest || read.value.length > longest) {
    return success({ name, state: 'unusable', version, because: 'length' });
  }
  return success({ name, state: 'usable', version });
}

/** Reads one version's value, for the protected parameter or the far side's request that it goes into. */
export async function readSecretVersion({ name, version }: SecretReference): Promise<Outcome<string>> {
  const what = `version ${version} of secret ${name}`;
  const read = await outcomeOf({ verb: 'read', what }, async () =>
    (await secretClient()).getSecret(name, { version }),
  );
  if (!read.ok) return read;
  const { value = '' } = read.value;
  return value === ''
    ? failure(problem('secret-unusable', `The vault gave no value for ${what}.`, { retryable: true }))
    : success(value);
}

/** Characters of a new PSK, and how many: some 380 bits. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pskLength = 64;

/**
 * Makes a version with a PSK of a cryptographic source, once a rotation: a second call finds it by its tag.
 *
 * @returns the version's id
 */
export async function makeSecretVersion(name: string, rotation: string): Promise<Outcome<string>> {
  const listed = await listVersions(name);
  if (!listed.ok) return listed;
  const made = listed.value.find((version) => version.rotation === rotation);
  if (made !== undefined) return success(made.version);
  const value = Array.from({ length: pskLength }, () => letters[randomInt(letters.length)]).join('');
  return outcomeOf({ verb: 'write', what: `secret ${name}` }, async () => {
    const options = { contentType: 'text/plain', tags: { [rotationTag]: rotation } };
    const { properties } = await (await secretClient()).setSecret(name, value, options);
    return properties.version ?? '';
  });
}

/** Disables a version; one that is disabled, or gone, is as it should be. */
export async function disableSecretVersion({ name, version }: SecretReference): Promise<Outcome<undefined>> {
  const done = await outcomeOf({ verb: 'write', what: `version ${version} of secret ${name}` }, async () => {
    await (await secretClient()).updateSecretProperties(name, version, { enabled: false });
    return undefined;
  });
  const isGone = !done.ok && ['secret-missing', 'gone'].includes(problemCode(done.problem));
  return isGone ? success(undefined) : done;
}
