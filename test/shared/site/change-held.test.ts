/** Is a gateway that doesn't serve changed though its owner wants no change? */
import { describe, expect, test } from '@jest/globals';
import { aSlot, atSeconds } from './helpers/builders.js';
import { Story } from './helpers/story.js';

const one = aSlot('1');
const morePorts = { proxy: { ports: [9400, 9443] } };
const refused = {
  tunnels: { primary: { state: 'down', request: false, because: 'credential-refused' } },
} as const;
const freeze = [{ from: atSeconds(0).toISOString(), to: atSeconds(86_400).toISOString() }];

/** A gateway that is refused, and whose site has another configuration since. */
function broken(spec: Readonly<Record<string, unknown>>): Story {
  const story = new Story();
  story.passes(300);
  story.breaks(one, { says: refused, curedBy: [] });
  story.until(() => story.told('waits-for-far-side').length > 0);
  story.wants({ ...morePorts, ...spec });
  return story;
}

describe('a gateway that is broken and to be changed', () => {
  test('is set up at once where nothing speaks against it', () => {
    const story = broken({});
    story.passes(120);
    expect(story.steps(one)).toContain(`${one} put setup`);
  });

  test('is left alone while it is protected', () => {
    const story = broken({});
    story.orders(one, { protect: { by: 'ann@example.com', at: atSeconds(0).toISOString() } });
    story.passes(600);
    expect(story.steps(one)).not.toContain(`${one} put setup`);
    expect(story.doing(one)).toBe('broken');
  });

  test('is left alone while the site is frozen', () => {
    const story = broken({ remediation: { freeze } });
    story.passes(600);
    expect(story.steps(one)).not.toContain(`${one} put setup`);
  });
});
