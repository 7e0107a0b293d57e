/** How do real edges follow what is entered at the far side, and what goes wrong there? */
import type { Credential, EdgeTrouble, ServiceEdges } from '../service-edges.js';
import type { Lab } from './lab.js';

/** A PSK that nobody has. */
const wrongPsk = 'NobodyHasThisPsk0';
/** Proposals that a gateway doesn't make. */
const otherProposals = { ike: 'aes128-sha1;dh5', esp: 'aes_gcm256' };

/** Edges that follow. */
export interface RealEdges {
  /** Ends when they are as they should be now. */
  settled(): Promise<void>;
  stop(): void;
}

/** Lets a lab's edges follow; one change after the other, so that none overtakes another. */
export function followFarSide(lab: Lab, farSide: ServiceEdges, log: (line: string) => void): RealEdges {
  let work: Promise<void> = Promise.resolve();
  const told = new Map<string, string>();
  const follow = (drops?: string) => {
    for (const { name } of farSide.all)
      work = work
        .then(() => apply(lab, farSide, name, told))
        .then(() => (drops === undefined ? undefined : lab.edge(name).drop(drops)))
        .catch((error: unknown) => {
          log(`edge ${name}: ${String(error)}`);
        });
  };
  const stop = farSide.onChange(({ drops }) => {
    follow(drops);
  });
  follow();
  return { settled: () => work, stop };
}

/** Does what differs from what the edge was told last. */
async function apply(
  lab: Lab,
  farSide: ServiceEdges,
  name: string,
  told: Map<string, string>,
): Promise<void> {
  const edge = lab.edge(name);
  const trouble = farSide.troubleOf(name);
  const credentials = farSide.entered().map((one) => asHeld(one, trouble));
  const proposals = {
    ...(trouble.refusesIke ? { ike: otherProposals.ike } : {}),
    ...(trouble.refusesEsp ? { esp: otherProposals.esp } : {}),
  };
  const isNew = (what: string, value: unknown) => {
    const text = JSON.stringify(value);
    if (told.get(`${name} ${what}`) === text) return false;
    told.set(`${name} ${what}`, text);
    return true;
  };
  if (isNew('outage', trouble.down)) await lab.fabric.lose(edge.address, trouble.down ? 1 : 0);
  if (isNew('proxy', trouble.proxySilent)) edge.behave(trouble.proxySilent ? 'silent' : 'normal');
  if (isNew('credentials', [credentials, proposals])) await edge.setCredentials(credentials, proposals);
}

function asHeld({ identity, psk }: Credential, { wrongPsk: isWrong }: EdgeTrouble): Credential {
  return { identity, psk: isWrong ? wrongPsk : psk };
}
