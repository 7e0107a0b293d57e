/** What does the modelled gateway do in the same case? On a clock of its own, while the same clients ask. */
import { jest } from '@jest/globals';
import type { GatewayConfig } from '../../../shared/gateway/gateway-config.js';
import { aWorld, clientIp, ended, pass, twoTunnels, type World } from '../../infra/local/gateways/a-world.js';
import type { Disruption } from '../../lab/disruptions.js';
import { askEveryMs, marginSeconds, reportOf, type LoadReport, type Sample } from '../../lab/load-report.js';

/** Seconds within which it has to serve again, as a real one. */
const limitSeconds = 90;

/** Sets a modelled gateway up, and lets something happen to it. @throws Error when it doesn't serve afterwards */
export async function disruptModel(
  routing: GatewayConfig['routing'],
  happens: NonNullable<Disruption['inModel']>,
): Promise<LoadReport> {
  jest.useFakeTimers({ advanceTimers: false });
  try {
    const tunnels = routing === 'route-based' ? twoTunnels : twoTunnels.slice(0, 1);
    const world = aWorld({ config: { routing, tunnels } });
    await world.setUp();
    await pass(60); // pluto and the agent are no longer new
    const samples = askAllTheTime(world);
    await pass(marginSeconds);
    await happens(world, pass);
    await served(world);
    await pass(marginSeconds);
    return reportOf(await samples());
  } finally {
    jest.useRealTimers();
  }
}

function askAllTheTime(world: World): () => Promise<readonly Sample[]> {
  const samples: Promise<Sample>[] = [];
  const timer = setInterval(() => {
    const asked = world.guest.request({ clientIp, port: 9400, url: 'http://www.example.com/' });
    samples.push(
      asked.then((end) => ({ at: Date.now(), ...(end.kind === 'answered' ? { edge: end.servedBy } : {}) })),
    );
  }, askEveryMs);
  return () => {
    clearInterval(timer);
    return Promise.all(samples);
  };
}

async function served(world: World): Promise<void> {
  for (let tenths = 0; tenths < limitSeconds * 10; tenths++) {
    if ((await ended(world.ask())).kind === 'answered') return;
    await pass(0.1);
  }
  throw new Error(`The model doesn't serve within ${limitSeconds} s.`);
}
