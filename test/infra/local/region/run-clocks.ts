/** Prints the time of a scaled clock that began a while ago, and the real time between which it was read. */
import { installScaledClock } from '../../../../infra/local/region/scaled-clock.js';

const [speed = 1, startAt = 0, realStart = 0] = process.argv.slice(2).map(Number);
const real = installScaledClock(speed, startAt, realStart);
process.stdout.write(JSON.stringify([real.now(), Date.now(), real.now()]));
