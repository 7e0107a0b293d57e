/** What does somebody see when a site is there? Its gateways, how it came to be, and what to do next. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { clock, phaseColour } from './progress.js';
import type { Region } from './region.js';
import type { SiteView, TimelineLine } from './site-api.js';

/** The last screen of `npm start`. */
export async function finalScreen(region: Region, name: string): Promise<string> {
  const { api } = region;
  const [site, timeline, pac] = await Promise.all([api.site(name), api.timeline(name), api.pac(name)]);
  return [
    '',
    heading(site),
    gatewayTable(site),
    '',
    pc.bold('How it came to be'),
    ...timeline.map((line) => timelineLine(line, Date.parse(site.requestedAt))),
    '',
    pc.bold('What the clients noticed'),
    clientLine(region),
    ...(site.observed.frontendIp === undefined
      ? []
      : ['', pc.bold('proxy.pac, for you to publish'), pac.trim()]),
    '',
    pc.bold('The API'),
    ...commands(region, site),
    '',
  ].join('\n');
}

function heading({ name, phase, serving, observed, desired, problem }: SiteView): string {
  const proxy =
    observed.frontendIp === undefined
      ? ''
      : `, proxy at ${observed.frontendIp} port ${desired.proxy.ports.join(', ')}`;
  const why =
    problem === undefined
      ? ''
      : `\n${problem.title}. ${problem.detail}${problem.mend === undefined ? '' : `\n${pc.bold('Mend:')} ${problem.mend}`}`;
  return `${pc.bold(name)} is ${phaseColour(phase)}: ${serving} gateways${proxy}${why}`;
}

function gatewayTable({ observed: { gateways } }: SiteView): string {
  const table = new Table({
    head: ['gateway', 'zone', 'does', 'public IP', 'private IP', 'because'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, 60],
    wordWrap: true,
  });
  for (const { slot, zone, doing, publicIp, privateIp, because } of gateways) {
    table.push([slot, zone, doing, publicIp ?? '', privateIp ?? '', because]);
  }
  return table.toString();
}

function timelineLine({ at, gateway, sentence }: TimelineLine, from: number): string {
  return `  ${clock(Date.parse(at) - from)}  ${(gateway ?? '').padEnd(12)} ${sentence}`;
}

function clientLine(region: Region): string {
  const { answered, lost, nobody, byEdge } = region.clientCounts();
  const edges = Object.entries(byEdge).map(([edge, count]) => `${count} by ${edge}`);
  return `  ${answered} requests answered${edges.length === 0 ? '' : ` (${edges.join(', ')})`}, ${nobody} with nobody to take them (before and during the build); ${lost} reached a gateway that did not answer; ${region.guests.leaks()} packets left in the clear`;
}

function commands({ api, cloud }: Region, { name, observed: { gateways } }: SiteView): readonly string[] {
  const gateway = gateways[0]?.slot ?? `${name}-z1-1`;
  return [
    `  curl ${api.base}/sites/${name}`,
    `  curl ${api.base}/sites/${name}/timeline`,
    `  curl -X POST ${api.base}/sites -H 'content-type: application/json' -d @examples/branch.json`,
    `  curl -X POST ${cloud.url}/faults -d '{"fault": "ipsec-stopped", "gateway": "${gateway}"}'       break it, and look at the timeline`,
    `  curl -X POST ${api.base}/sites/${name}/rotate-psk`,
    `  curl -X DELETE ${api.base}/sites/${name}`,
    `  curl ${cloud.url}/clients             how many pages clients were brought, by edge and gateway`,
    `  curl ${cloud.url}/sim/resources       what is there in the simulated Azure, of ours and of others`,
  ];
}
