/** Which calls of a simulated cloud under test keep to Microsoft's descriptions? Each is held against them. */
import { test } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import { TestCloud, type Answer } from '../infra/local/cloud/helpers/test-cloud.js';
import { hasSpecs, makeValidator, specs, type Verdict } from './validator.js';

if (!hasSpecs && process.env['CI'] === 'true')
  throw new Error(`Microsoft's descriptions are not at ${specs}.`);

/** A test that is skipped where the descriptions are not. */
export const testWithSpecs = hasSpecs ? test : test.skip;

/** Header of a body. */
export const json = { 'content-type': 'application/json' };

/** What was seen of a piece of work. */
export interface Seen {
  /** What isn't kept to, one sentence each; a call that isn't described is one too. */
  readonly faults: readonly string[];
  /** Described operations that were used, each once, by the alphabet. */
  readonly operations: readonly string[];
}

/** Nothing but these operations, and every call as described. */
export function faultless(...operations: readonly string[]): Seen {
  return { faults: [], operations: [...operations].sort() };
}

/** A cloud whose exchanges are checked. */
export class CheckedCloud {
  private constructor(
    readonly cloud: TestCloud,
    /** Of the last piece of work. */
    readonly exchanges: Exchange[],
    readonly validate: (exchange: Exchange) => Promise<Verdict>,
  ) {}

  /** @param allowedActions of the app's role; everything unless told */
  static async start(allowedActions?: readonly string[]): Promise<CheckedCloud> {
    const exchanges: Exchange[] = [];
    const validate = await makeValidator();
    const cloud = await TestCloud.start(undefined, {
      onExchange: (exchange) => void exchanges.push(exchange),
      ...(allowedActions === undefined ? {} : { allowedActions }),
    });
    return new CheckedCloud(cloud, exchanges, validate);
  }

  close(): Promise<void> {
    return this.cloud.close();
  }

  /** Asks the vault; as a person unless told. */
  vault(method: string, path: string, body?: unknown, authorization = 'Bearer x'): Promise<Answer> {
    return this.cloud.send(method, `${path}?api-version=7.5`, body, {
      'x-forwarded-host': this.cloud.world.vaultHost,
      authorization,
      ...(body === undefined ? {} : json),
    });
  }

  /** Does a piece of work, and holds what is sent and answered against the descriptions. */
  async seenOf(work: () => Promise<unknown>): Promise<Seen> {
    this.exchanges.length = 0;
    await work();
    const isOperation = ({ target }: Exchange) => /\/locations\/[^/]+\/operation/i.test(target);
    const faults: string[] = [];
    const operations = new Set<string>();
    for (const exchange of this.exchanges.filter((one) => !isOperation(one))) {
      const { method, target, status } = exchange;
      const verdict = await this.validate(exchange);
      const all = verdict.isUndescribed ? ['not described'] : verdict.faults;
      faults.push(...all.map((fault) => `${method} ${target} ${status}: ${fault}`));
      operations.add(verdict.operation);
    }
    return { faults, operations: [...operations].sort() };
  }
}
