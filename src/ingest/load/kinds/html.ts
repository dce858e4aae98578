import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { outlineHtml, type DomNode } from '../html-outline.ts';

/** Part of the text of a page that the found article must have; below it the page is no article. */
const ARTICLE_SHARE = 0.4;
const FRAME =
  'nav, body > header, body > footer, aside, [role=navigation], [role=banner], [hidden], [aria-hidden=true]';

/** What is used of a parsed page. */
interface DomDocument {
  readonly body: DomNode | null;
  readonly title: string;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
}

/** A page without its frame: the article where there is one, else the whole body without its navigation. */
export async function loadHtml(input: LoaderInput): Promise<readonly LoadedPart[]> {
  const { parseHTML } = await import('linkedom');
  const { Readability } = await import('@mozilla/readability');
  const html = completed(input.text());
  const parse = (): DomDocument => {
    const document: DomDocument = parseHTML(html).document;
    for (const element of document.querySelectorAll(FRAME)) element.remove();
    return document;
  };
  const page = parse();
  const title = page.title.replace(/\s+/g, ' ').trim();
  const whole = page.body === null ? [] : outlineHtml(page.body, title);
  let article: DomNode | undefined;
  try {
    const found = new Readability<DomNode>(parse(), { serializer: (node) => node as DomNode }).parse();
    article = found?.content ?? undefined;
  } catch {
    // It gives up on pages of unusual build; the whole body then says everything.
  }
  const parts = article === undefined ? [] : outlineHtml(article, title);
  return lengthOf(parts) >= lengthOf(whole) * ARTICLE_SHARE ? parts : whole;
}

/** The parser wants a whole page; what people save is often a piece of one. */
function completed(text: string): string {
  return /<body[\s>]/i.test(text) ? text : `<!doctype html><html><head></head><body>${text}</body></html>`;
}

function lengthOf(parts: readonly LoadedPart[]): number {
  return parts.reduce((sum, part) => sum + part.text.length, 0);
}
