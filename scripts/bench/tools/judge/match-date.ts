import { foldWords } from './fold-text.ts';

/** Languages whose names of months are understood. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt'];

function namesOf(month: number): string[] {
  const day = new Date(Date.UTC(2026, month - 1, 15));
  const name = (language: string, length: 'long' | 'short'): string =>
    foldWords(new Intl.DateTimeFormat(language, { month: length, timeZone: 'UTC' }).format(day));
  return LANGUAGES.flatMap((language) => [name(language, 'long'), name(language, 'short')]);
}

/** Whether a text says this day: year first, day first, month first where it is a number, or with the month's name. */
export function isDate(text: string, wanted: { year: number; month: number; day: number }): boolean {
  const numbers = (/^\D*(\d{4})(\d{2})(\d{2})\D*$/.exec(text)?.slice(1) ?? text.match(/\d+/g) ?? []).map(Number);
  const [first, second, third] = numbers;
  if (
    foldWords(text)
      .split(' ')
      .some((word) => namesOf(wanted.month).includes(word.replace(/^\d+/, '')))
  ) {
    return numbers.includes(wanted.year) && (first === wanted.day || second === wanted.day);
  }
  if (first === wanted.year) return second === wanted.month && third === wanted.day;
  const isDayFirst = first === wanted.day && second === wanted.month;
  return third === wanted.year && (isDayFirst || (first === wanted.month && second === wanted.day));
}

/** Whether a text says this time of the day, alone or after a date: `14:00`, `2 pm`, `14.00`, `2026-05-20T14:00:00Z`. */
export function isTime(text: string, wanted: { hour: number; minute: number }): boolean {
  const alone = text.includes('T') ? text.slice(text.indexOf('T') + 1) : text.replace(/^\d{4}-\d{2}-\d{2}\s+/, '');
  const found = /^\D*(\d{1,2})(?:\s?[:.h]\s?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*([ap])?/i.exec(alone);
  if (found === null) return false;
  const [, hours, minutes = '0', half] = found;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return hour === wanted.hour && Number(minutes) === wanted.minute;
}
