import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { outlineMarkdown } from '../markdown-outline.ts';

const FRONT_MATTER = /^(---|\+\+\+)[ \t]*\n([\s\S]*?)\n\1[ \t]*(?:\n|$)/;
const TITLE = /^title\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|(.*))$/m;

/** Markdown with front matter; its title stands above the headings unless the first of them says the same. */
export function loadMarkdown(input: LoaderInput): readonly LoadedPart[] {
  const text = input.text();
  const front = FRONT_MATTER.exec(text);
  if (front === null) return outlineMarkdown(text, { linesBefore: 0 });
  const [whole, , fields] = front;
  const named = TITLE.exec(fields!);
  const title = (named?.[1] ?? named?.[2] ?? named?.[3] ?? '').trim();
  const body = text.slice(whole.length);
  const hasTitle = title === '' || /^\s*# /.test(body);
  const linesBefore = whole.split('\n').length - 1;
  const parts = outlineMarkdown(body, { root: hasTitle ? [] : [title], linesBefore });
  const fieldPart = { text: fields!, headings: hasTitle ? [] : [title], line: 2 };
  return fields!.trim() === '' ? parts : [fieldPart, ...parts];
}
