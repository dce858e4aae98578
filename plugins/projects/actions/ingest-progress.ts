import type { Clock, IngestProgress, Progress } from 'wooster';

/** The rate and the time left are written anew this often: a line that changes all the time cannot be read. */
const LABEL_MS = 2_000;

function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s left`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min left` : `${(seconds / 3_600).toFixed(1)} h left`;
}

function labelOf({ phase, textsPerSecond, secondsLeft }: IngestProgress): string {
  if (phase === 'discover') return 'looking for files';
  if (phase === 'remove') return 'removing what is gone';
  const rate = textsPerSecond === undefined ? '' : `, ${textsPerSecond.toFixed(textsPerSecond < 10 ? 1 : 0)} texts/s`;
  return `reading files${rate}${secondsLeft === undefined ? '' : `, ${timeLeft(secondsLeft)}`}`;
}

/** Shows how far an ingest is, with its rate and the time left. */
export function ingestProgress(progress: Progress, clock: Clock): (report: IngestProgress) => void {
  let label = '';
  let phase: IngestProgress['phase'] | undefined;
  let labelledAt = -Infinity;
  return (report) => {
    const now = clock.monotonic();
    if (report.phase !== phase || now - labelledAt >= LABEL_MS) {
      [label, phase, labelledAt] = [labelOf(report), report.phase, now];
    }
    if (report.phase === 'discover') progress.update({ label });
    else progress.update({ label, done: report.filesDone, total: report.filesTotal, unit: 'items' });
  };
}
