/** Which addresses does a service tag of a security rule stand for? */
import { contains } from './addresses.js';

/** Where the balancer's probes come from: the platform's virtual address (Azure documentation). */
export const probeAddress = '168.63.129.16';

/**
 * Services that are named by a tag. Azure publishes hundreds of prefixes a week; these few are an estimate of what a
 * machine here may speak to, out of blocks that have been Azure's for years.
 */
const services: Readonly<Record<string, readonly string[]>> = {
  AzureCloud: ['13.64.0.0/11', '20.33.0.0/16', '20.50.0.0/16', '40.64.0.0/10', '52.224.0.0/11'],
  AzureKeyVault: ['20.50.88.232/29', '52.236.186.80/29'],
  AzureMonitor: ['20.50.65.80/28', '40.113.176.128/28'],
  AzureResourceManager: ['13.69.67.32/28', '20.50.68.112/29'],
  AzureActiveDirectory: ['20.190.128.0/18', '40.126.0.0/18'],
  Storage: ['20.50.88.0/24', '52.239.0.0/16'],
};

/** Addresses that no packet on the internet has: private, shared, link-local, loopback (RFC 6890). */
const notPublic = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

const ipv4Prefix = /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/;

/** The tag as it is known here; a regional one, such as `Storage.WestEurope`, stands for the whole (estimate). */
function serviceOf(tag: string): readonly string[] | undefined {
  const [name = ''] = tag.split('.');
  const key = Object.keys(services).find((known) => known.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : services[key];
}

/** Says whether a rule may name this: any, a prefix, or a tag that is known here. */
export function isKnownPrefix(prefix: string): boolean {
  if (prefix === '*' || ipv4Prefix.test(prefix)) return true;
  return /^(internet|virtualnetwork|azureloadbalancer)$/i.test(prefix) || serviceOf(prefix) !== undefined;
}

/**
 * Says whether an address is meant by a rule's prefix or tag.
 *
 * @param virtualNetwork what the tag VirtualNetwork holds where the rule is in force
 */
export function isMeant(prefix: string, address: string, virtualNetwork: readonly string[]): boolean {
  switch (prefix.toLowerCase()) {
    case '*':
      return true;
    case 'azureloadbalancer':
      return address === probeAddress;
    case 'virtualnetwork':
      return virtualNetwork.some((one) => contains(one, address));
    case 'internet':
      return isOnInternet(address, virtualNetwork);
    default:
      return (serviceOf(prefix) ?? [prefix]).some((one) => contains(one, address));
  }
}

/**
 * Outside of the virtual network and publicly reachable, Azure's own addresses included (documentation). A default
 * route that the network has learned takes nothing from it (inferred).
 */
function isOnInternet(address: string, virtualNetwork: readonly string[]): boolean {
  if (address === probeAddress || notPublic.some((one) => contains(one, address))) return false;
  return !virtualNetwork.some((one) => one !== '0.0.0.0/0' && contains(one, address));
}
