/** A count for people: `1,234`, `45.6 k`, `1.23 M`; to the digit below 10,000. */
export function formatCount(count: number): string {
  if (count < 10_000) return Math.round(count).toLocaleString('en-US');
  if (count < 999_950) return `${(count / 1e3).toFixed(1)} k`;
  return count < 999_950_000 ? `${(count / 1e6).toFixed(2)} M` : `${(count / 1e9).toFixed(2)} G`;
}

/** Tokens a second: to a tenth below a hundred. */
export function formatRate(rate: number): string {
  return rate < 100 ? rate.toFixed(1) : formatCount(rate);
}

/** A share as per cent: never `0 %` of what is there, never `100 %` of what is not all. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  if (share < 1 && share >= 0.995) return '>99 %';
  return `${Math.round(share * 100)} %`;
}

/** A time that a call took: `85 ms`, `1.2 s`, `2.5 min`; `-` where there is none. */
export function formatTime(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 59_950 ? `${(milliseconds / 1e3).toFixed(1)} s` : `${(milliseconds / 60_000).toFixed(1)} min`;
}

/** `1 call`, `2 calls`. */
export function countOf(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A day of this machine's calendar as `2026-03-01`. */
export function formatDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return [date.getFullYear(), ...parts].join('-');
}

/** A moment of this machine's calendar as `Sun 2026-03-01 00:00`. */
export function formatMoment(at: number): string {
  const date = new Date(at);
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0'));
  return `${DAYS[date.getDay()]} ${formatDay(at)} ${hours}:${minutes}`;
}

/** Parts of a line joined by commas; where the width is used up it goes on below, between two parts. */
export function joinParts(parts: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const [place, part] of parts.entries()) {
    const text = place === parts.length - 1 ? part : `${part},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines.join('\n');
}
