const SECOND_MS = 1000;

/** A length of time for people: `"8 s"`, `"3 min"`, `"2 h 5 min"`. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / SECOND_MS));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Says how much time is left of a job of equal parts: as long for each as for those that are done, `", 3 min left"`; nothing
 * before one is done and once all are.
 *
 * @param now Milliseconds since any moment.
 */
export function timeLeftMeter(total: number, now: () => number = () => performance.now()) {
  const start = now();
  return (done: number): string => {
    if (done <= 0 || done >= total) return '';
    return `, ${duration(((now() - start) / done) * (total - done))} left`;
  };
}
