/** What is expected of a host, and by whom? One documented fact each, with how it is seen from outside. */
import type { ContractClient } from './contract-client.js';

/** A fact that a host is held to. */
export interface Expectation {
  /** Says it in a few words; unique. */
  readonly name: string;
  /** Where the fact is documented: page and section, or repository and file. */
  readonly source: string;
  /** @throws when the host does otherwise */
  readonly check: (client: ContractClient) => Promise<void>;
}

/** A page of Microsoft Learn, as it was in autumn 2024. */
export function learn(page: string): string {
  return `Microsoft Learn, "${page}"`;
}

/** A file of the durable extension (Azure/azure-functions-durable-extension, October 2024). */
export function extension(file: string): string {
  return `azure-functions-durable-extension, ${file}`;
}

/** A file of the Functions host (Azure/azure-functions-host, October 2024). */
export function functionsHost(file: string): string {
  return `azure-functions-host, ${file}`;
}
