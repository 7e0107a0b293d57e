import { siteSpec, TestRegion } from './test/region/start-region.js';
const region = await TestRegion.start({ seed: 4 });
const spec = siteSpec('hq', { zones: ['1', '2'] });
await region.api.request(spec);
await region.until('hq', ({ phase }) => phase === 'serving');
await region.pass(60);
const found = ((await region.call('region.cloud.resources')) as any[]).find((r) => r.name === 'lb-hq');
const answer = await fetch(`${region.cloudUrl}${found.id}?api-version=2024-07-01`, { method: 'DELETE', headers: { 'x-forwarded-host': 'management.azure.com', authorization: 'Bearer a-person' } });
console.log(answer.status);
for (let i = 0; i < 30; i++) { if (!((await region.call('region.cloud.resources')) as any[]).some((r) => r.name === 'lb-hq')) break; await region.pass(5); }
const n = ((await region.call('activities')) as string[]).length;
console.log('gone', new Date(await region.now()).toISOString(), (await region.api.request(spec)).status);
for (let i = 0; i < 60; i++) { await region.pass(5); const s = await region.api.site('hq'); if (s.phase !== 'serving') { console.log(s.phase); break; } }
console.log(new Date(await region.now()).toISOString(), ((await region.call('activities')) as string[]).slice(n));
for (const l of (await region.api.timeline('hq')).slice(-12)) console.log(l.at, l.reason, l.sentence.slice(0, 140));
for (const i of (await region.call('histories')) as any[]) console.log(i.id, i.history.length, JSON.stringify(i.history.slice(-2)));
console.log(((await region.call('log')) as string[]).slice(-5));
await region.close();
