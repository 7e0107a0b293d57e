/** `npm run check:infra`: is the template right, as far as that can be seen without a subscription? */
import { readInput } from './read-input.js';
import { review, rules } from './review.js';

const input = readInput();
const { findings, resources, described } = review(input);
const reasons = new Map(rules.map(({ name, reason }) => [name, reason]));

for (const { rule, file, line, detail } of findings) {
  const reason = reasons.get(rule);
  process.stdout.write(
    `infra/azure/${file}${line === 0 ? '' : `:${line}`}  ${rule}: ${detail}.${reason === undefined ? '' : ` ${reason}`}\n`,
  );
}
const bodies =
  input.schemas.length === 0
    ? 'no body compared: Microsoft’s descriptions are not at hand (AZURE_SPECS)'
    : `${described} bodies compared with Microsoft’s descriptions`;
process.stdout.write(
  `${input.texts.size} files, ${resources} resources, ${rules.length} rules, ${bodies}: ${findings.length} findings.\n`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
