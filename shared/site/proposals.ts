/** Which IKE and ESP proposals may a site ask for? Those that Zscaler takes and Debian's Libreswan is built with. */

/**
 * ESP proposals in Libreswan's words. NULL with MD5 needs no extra subscription; any AES in phase 2 does
 * (Zscaler, 'Understanding IPSec VPNs', supported parameters).
 */
export const espProposals = [
  'null-md5',
  'null-sha1',
  'null-sha2_256',
  'aes128-sha1',
  'aes128-sha2_256',
  'aes256-sha1',
  'aes256-sha2_256',
  'aes_gcm128-null',
  'aes_gcm256-null',
] as const;

const ikePattern = /^aes256-(sha1|sha2_256|sha2_384|sha2_512);dh(\d{1,2})$/;

/** DH groups of Zscaler's list; group 2 is on it too, but Libreswan is built without it. */
const dhGroups = ['5', '14', '19', '20', '21'];

/**
 * Says what is wrong with an IKE proposal, or `undefined` when it may be used.
 * Source: Zscaler, 'Understanding IPSec VPNs': AES-256, SHA-1 or SHA-2, and SHA-384/512 with group 14 alone.
 */
export function checkProposal(proposal: string): string | undefined {
  const [, hash, group] = ikePattern.exec(proposal) ?? [];
  if (hash === undefined || group === undefined) {
    return 'Give aes256-<hash>;dh<group> with sha1, sha2_256, sha2_384 or sha2_512, such as aes256-sha2_256;dh14.';
  }
  if (group === '2') return 'Libreswan is built without DH group 2; take dh14.';
  if (!dhGroups.includes(group))
    return `DH group ${group} is not offered; take one of ${dhGroups.join(', ')}.`;
  if ((hash === 'sha2_384' || hash === 'sha2_512') && group !== '14')
    return `${hash} is offered with dh14 alone.`;
  return undefined;
}
