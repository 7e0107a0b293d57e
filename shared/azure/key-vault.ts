/** What does the vault hold? Values leave this file by one function alone. */
import type { SecretReference } from '../site/intent.js';
import type { SecretState } from '../site/observed-site.js';
import { failure, problem, problemCode, success, type Outcome } from '../site/problem.js';
import { secretClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** Zscaler documents 255 characters and no charset; letters and digits are what no file and no shell misreads. */
const usable = /^[A-Za-z0-9]*$/;
const [shortest, longest] = [8, 255];

/** Says whether a secret can be used, and in which version; its value is looked at here and goes no further. */
export async function secretState(name: string): Promise<Outcome<SecretState>> {
  const read = await outcomeOf({ verb: 'read', what: `secret ${name}` }, async () =>
    (await secretClient()).getSecret(name),
  );
  if (!read.ok) {
    const code = problemCode(read.problem);
    if (code === 'secret-missing' || code === 'gone') return success({ name, state: 'missing' });
    return code === 'secret-disabled' ? success({ name, state: 'disabled' }) : read;
  }
  const { value = '', properties } = read.value;
  const version = properties.version ?? '';
  if (!usable.test(value)) return success({ name, state: 'unusable', version, because: 'characters' });
  if (value.length < shortest || value.length > longest) {
    return success({ name, state: 'unusable', version, because: 'length' });
  }
  return success({ name, state: 'usable', version });
}

/** Reads one version's value, for the protected parameter that it goes into. */
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
