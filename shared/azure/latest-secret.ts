/** What is the newest value of a secret that the app itself signs in with? */
import { secretClient } from './clients.js';

/** Reads the newest version of a secret of the deployment's vault. */
export async function latestSecret(name: string): Promise<string> {
  const { value = '' } = await (await secretClient()).getSecret(name);
  return value;
}
