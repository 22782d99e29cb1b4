/**
 * An archive on a queue, simulated event by event: when 100 workers have colored 10 million photos, and what the queue adds.
 *
 *     tsx bench/queueSimulation.ts                            100 workers, 10 million photos, the times that bench/queue.ts measured
 *     tsx bench/queueSimulation.ts 100 10000000 120 0.5 2.6   workers, photos, ms of a photo, ms of Redis a photo, overhead in percent
 *
 * Each photo takes a time of its own (log-normal, coefficient of variation 0.5) at its worker and a time of the one thread of
 * Redis, for which photos stand in line. Workers crash after exponential times; the photo comes back when its lock has run out,
 * and another worker has taken the place of the first after a restart.
 */
import { argv } from 'node:process';

import { randomGenerator } from '../src/random.js';

const [workers = 100, photos = 1e7, photoMs = 120, redisMs = 0.5, overheadPercent = 2.6] = argv
  .slice(2)
  .map(Number);
const VARIATION = 0.5;
const CRASH_EVERY_HOURS = 24;
const RESTART_S = 30;
const LOCK_S = 60;
const STALL_CHECK_S = 30;
/** A worker that finds nothing looks again when others have done something. */
const IDLE_S = 0.1;

interface Event {
  readonly at: number;
  readonly worker: number;
}

/** The next event is looked for among few workers, so a list in order serves. */
function insert(events: Event[], event: Event): void {
  let i = events.length;
  while (i > 0 && events[i - 1]!.at < event.at) i--;
  events.splice(i, 0, event);
}

function simulate(seed: number) {
  const { uniform, normal } = randomGenerator(seed);
  const sigma = Math.sqrt(Math.log(1 + VARIATION ** 2));
  const mean = (photoMs / 1000) * (1 + overheadPercent / 100);
  const photoTime = (): number => mean * Math.exp(sigma * normal() - sigma ** 2 / 2);
  const crashTime = (): number => -Math.log(1 - uniform()) * CRASH_EVERY_HOURS * 3600;
  const crashAt = Array.from({ length: workers }, crashTime);
  const events: Event[] = [];
  for (let worker = 0; worker < workers; worker++) insert(events, { at: 0, worker });
  const returning: number[] = []; // Times at which photos of crashed workers wait again.
  let [left, done, crashes, redisFree, redisBusy, waited, end] = [photos, 0, 0, 0, 0, 0, 0];
  while (done < photos) {
    const { at, worker } = events.pop()!;
    while (returning.length > 0 && returning[0]! <= at) {
      returning.shift();
      left++;
    }
    if (left === 0) {
      insert(events, { at: Math.max(at, events.at(-1)?.at ?? at) + IDLE_S, worker });
      continue;
    }
    left--;
    const begin = Math.max(at, redisFree);
    waited += begin - at;
    redisFree = begin + redisMs / 1000;
    redisBusy += redisMs / 1000;
    const finish = redisFree + photoTime();
    if (finish < crashAt[worker]!) {
      done++;
      end = Math.max(end, finish);
      insert(events, { at: finish, worker });
      continue;
    }
    crashes++;
    const crash = Math.max(crashAt[worker]!, begin);
    crashAt[worker] = crash + RESTART_S + crashTime();
    returning.push(crash + LOCK_S + uniform() * STALL_CHECK_S);
    returning.sort((a, b) => a - b);
    insert(events, { at: crash + RESTART_S, worker });
  }
  return { end, done, crashes, redisShare: redisBusy / end, waitedMs: (1000 * waited) / photos };
}

const { end, done, crashes, redisShare, waitedMs } = simulate(1);
const ideal = (photos * photoMs) / 1000 / workers;
console.log(
  `${done} photos, ${workers} workers, ${photoMs} ms a photo, Redis ${redisMs} ms, overhead ${overheadPercent} %`,
);
console.log(
  `${(end / 3600).toFixed(2)} hours, ${(done / end).toFixed(1)} photos/s, ${((100 * ideal) / end).toFixed(1)} % of the speed without queue and crashes`,
);
console.log(
  `Redis at work ${(100 * redisShare).toFixed(1)} % of the time, ${waitedMs.toFixed(2)} ms in line for it a photo`,
);
console.log(`${crashes} crashes of workers, as many photos begun again`);
