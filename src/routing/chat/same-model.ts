/** A release that a name without one stands for: `-2024-08-06`, `-20240620`, `@20240620`, `-0613`, `-002`. */
const RELEASE = /^[-@:](?:\d{4}-?\d{2}-?\d{2}|\d{3,4})$/;

/** The name alone: no folder, no file ending, no part of a file, no tag that says nothing, in small letters. */
function bareName(name: string): string {
  const base = name.trim().toLowerCase().split(/[/\\]/).at(-1) ?? '';
  return base
    .replace(/\.gguf$/, '')
    .replace(/-\d{5}-of-\d{5}$/, '')
    .replace(/[:-]latest$/, '');
}

/**
 * Whether a reply's name of its model is that of the model asked, written as servers write it: in other case, with
 * `:latest`, with the release that an undated name stands for, as a path, as a GGUF file.
 */
export function isSameModel(asked: string, replied: string): boolean {
  const [wanted, got] = [bareName(asked), bareName(replied)];
  if (got === wanted) return true;
  return wanted !== '' && got.startsWith(wanted) && RELEASE.test(got.slice(wanted.length));
}
