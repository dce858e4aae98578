import { readFileSync } from 'node:fs';

/** The committed configuration of a contestant in this process, by the word it was started with; places filled in. */
export function readConfiguration(peer: string, places: Readonly<Record<string, string>> = {}): object {
  const file = new URL(`configurations/${peer}.json`, import.meta.url);
  const whole = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const name = process.argv[2] ?? 'defaults';
  const text = JSON.stringify(whole[name]);
  return JSON.parse(text.replaceAll(/\{(\w+)\}/g, (mark, place: string) => places[place] ?? mark)) as object;
}
