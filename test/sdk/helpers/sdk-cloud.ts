/** How does a test use an SDK as a user does, and know which of its operations it has used? */
import { TestCloud } from '../../infra/local/cloud/helpers/test-cloud.js';
import { anybody, clientOf } from '../../infra/local/cloud/helpers/sdk.js';

/** Resource group of all that is made. */
export const group = 'rg-spoke';

/** The SDK's own retries are few and quick, so that a refusal is seen as it is. */
const retryOptions = { maxRetries: 1, retryDelayInMs: 1, maxRetryDelayInMs: 1 };

/** A cloud, what its clients are made with, and what they were used for. */
export class SdkCloud {
  readonly used = new Set<string>();

  private constructor(readonly cloud: TestCloud) {}

  static async start(
    options: Parameters<typeof TestCloud.start>[1] = {},
    change: Parameters<typeof TestCloud.start>[0] = (world) => world,
  ): Promise<SdkCloud> {
    return new SdkCloud(await TestCloud.start(change, options));
  }

  /** Arguments of a client for a subscription. */
  get subscription() {
    return [anybody, this.cloud.world.subscriptionId, this.options] as const;
  }

  get options() {
    return { ...clientOf(this.cloud.cloud.url), retryOptions };
  }

  /** The same client, whose calls are noted as `group.operation`. */
  noted<T extends object>(client: T, prefix = ''): T {
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        const path = `${prefix}${String(name)}`;
        if (typeof value === 'function') {
          this.used.add(path);
          return value.bind(target) as unknown; // bound, a method is what it was
        }
        const isGroup = prefix === '' && typeof value === 'object' && value !== null;
        return isGroup ? this.noted(value, `${path}.`) : value;
      },
    });
  }

  /** Prints what was used, and ends the cloud. */
  async close(packageName: string): Promise<void> {
    process.stdout.write(`${this.used.size} operations of ${packageName} used as a user does\n`);
    await this.cloud.close();
  }
}

/** All that an SDK's iterator gives. */
export async function all<T>(iterator: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of iterator) found.push(one);
  return found;
}

/** What an SDK throws. */
interface SdkError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
}

/** The error that an SDK throws; fails when it throws none. */
export async function errorOf(work: Promise<unknown>): Promise<SdkError> {
  try {
    await work;
  } catch (error) {
    return error as SdkError; // an SDK throws errors
  }
  throw new Error('Nothing was thrown.');
}
