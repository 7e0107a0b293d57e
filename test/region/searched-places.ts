/** Where could a secret have got to? Everything that was stored, logged, answered and sent in a region, but its own places. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../infra/local/cloud/server.js';
import type { TestRegion } from './start-region.js';
import type { ZiaCall } from './zia-traffic.js';

/** A place by its name, and all the text in it. */
export type SearchedPlaces = ReadonlyMap<string, string>;

/** Notes every answer that this process gets from now on, as those of the API while rotations go; `end` ends that. */
export function watchAnswers(): { readonly answers: readonly string[]; end(): void } {
  const answers: string[] = [];
  const { fetch: plain } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await plain(input, init);
    answers.push(await response.clone().text());
    return response;
  };
  return {
    answers,
    end() {
      globalThis.fetch = plain;
    },
  };
}

/**
 * Asks for all that is known of sites, ends the region, and gives what is to be searched.
 *
 * @param tables folder of the region's tables and queues
 */
export async function searchedPlaces(
  region: TestRegion,
  sites: readonly string[],
  tables: string,
): Promise<SearchedPlaces> {
  const paths = ['', ...sites.flatMap((site) => [`/${site}`, `/${site}/timeline`, `/${site}/proxy.pac`])];
  const answers = paths.map(async (path) => (await fetch(`${region.api.base}/sites${path}`)).text());
  const places = new Map([['answers of the API', (await Promise.all(answers)).join('\n')]]);
  places.set('log', JSON.stringify(await region.call('log')));
  const exchanges = await region.call<readonly Exchange[]>('exchanges');
  places.set('requests to Azure and their answers', JSON.stringify(exchanges.map(withoutItsPlaces)));
  const ziaCalls = await region.call<readonly ZiaCall[]>('ziaCalls');
  places.set('requests to Zscaler and their answers', JSON.stringify(ziaCalls.map(withoutSecretParts)));
  const orchestrations = [await region.call('histories'), await region.call('historyEvents')];
  places.set('orchestrations', JSON.stringify(orchestrations));
  places.set('resources in Azure', JSON.stringify(await region.call('region.cloud.resources')));
  places.set('alerts', JSON.stringify(await region.call('region.cloud.alerts')));
  await region.close();
  places.set('tables and queues', readAll(tables));
  return places;
}

/** What may hold it: what goes to the vault and comes from it, and the protected parameters on their way to the machine. */
function withoutItsPlaces(exchange: Exchange): unknown {
  if (exchange.host.endsWith('.vault.azure.net'))
    return { ...exchange, body: undefined, responseBody: undefined };
  return JSON.parse(
    JSON.stringify(exchange, (key, value: unknown) => (key === 'protectedParameters' ? 'left out' : value)),
  );
}

/** What may hold one: the write of a credential, the sign-in, and the header that shows who is signed in. */
function withoutSecretParts(call: ZiaCall): unknown {
  if (call.path.startsWith('/oauth2/')) return { ...call, body: undefined, answer: undefined };
  const isWrite = call.method === 'PUT' && /\/vpnCredentials\/\d+$/.test(call.path);
  return {
    ...call,
    headers: { ...call.headers, authorization: undefined },
    ...(isWrite ? { body: undefined } : {}),
  };
}

/** All files of a folder and of those below it. */
function readAll(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n');
}
