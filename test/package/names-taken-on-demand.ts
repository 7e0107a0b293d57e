/** What does the app take from the packages that it imports when it needs them? Read from its sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const rooms = ['functions', 'orchestrations', 'shared'];

/** The names on the left of each `const { … } = await import('a-package')`, once each, as the package gives them. */
export function namesTakenOnDemand(root: string): readonly string[] {
  const names = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => namesIn(readFileSync(join(root, room, path), 'utf8'))),
  );
  return [...new Set(names)];
}

function namesIn(source: string): readonly string[] {
  const imports = source.matchAll(/const \{([^}]+)\} = await import\('[^.']/g);
  return [...imports].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.split(':')[0]?.trim() ?? ''),
  );
}
