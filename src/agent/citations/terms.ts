/** What a word tells about where a statement comes from; an exact token (a key, a port, a path) tells most. */
export type TermKind = 'exact' | 'number' | 'name' | 'word';

/** One different word of a text that carries meaning. */
export interface Term {
  /** Lower case; a stem for words and names. */
  readonly form: string;
  readonly kind: TermKind;
}

/** Letters and digits, held together by the signs that names of things have inside. */
const TOKEN = /[\p{L}\p{N}]+(?:[._\-/:@'’][\p{L}\p{N}]+)*/gu;

const WORD = /[\p{L}\p{N}]+/gu;

const STOP_WORDS = new Set(
  `about after all also and any are because been before being but can could did does each for from had has have her here
  him his how into its just may more most must not now off once one only other our out over own per same shall she should
  some such than that the their them then there these they this those through too under until use used uses using very was
  were what when where which while who whom why will with would yes you your according answer based document documents
  file following passage passages says source states text`.split(/\s+/),
);

/** Numbers below this length stand everywhere and prove little alone. */
const TELLING_DIGITS = 3;

/** Cuts the endings that a retelling changes; words of one stem are taken as one. */
function stemOf(word: string): string {
  const lower = word.toLowerCase().normalize('NFKC');
  const cut = lower.replace(/(?:ing|ed|es|ly|s)$/u, '');
  return (cut.length >= 3 ? cut : lower).replace(/(?<=.{3})e$/u, '').slice(0, 7);
}

function kindOf(token: string, isFirst: boolean): TermKind {
  if (/^\d+$/.test(token)) return token.length < TELLING_DIGITS ? 'number' : 'exact';
  if (/\p{N}/u.test(token) || /[._/:@]/.test(token)) return 'exact';
  if (/^\p{Lu}{3,}$/u.test(token) || /\p{Ll}\p{Lu}/u.test(token)) return 'exact';
  return /^\p{Lu}/u.test(token) && !isFirst ? 'name' : 'word';
}

/** The different terms of a text, words without meaning of their own left out. */
export function termsOf(text: string): readonly Term[] {
  const terms = new Map<string, Term>();
  let isFirst = true;
  const add = (token: string, kind: TermKind): void => {
    if (kind !== 'exact' && kind !== 'number' && (token.length < 3 || STOP_WORDS.has(token.toLowerCase()))) return;
    const form = kind === 'exact' || kind === 'number' ? token.toLowerCase() : stemOf(token);
    if (!terms.has(form)) terms.set(form, { form, kind });
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const kind = kindOf(token, isFirst);
    isFirst = false;
    if (kind === 'exact' || kind === 'number') add(token, kind);
    else for (const [word] of token.matchAll(WORD)) add(word, kind);
  }
  return [...terms.values()];
}

/** Finds terms in one text. */
export class TermIndex {
  readonly #stems: ReadonlySet<string>;
  readonly #lower: string;

  constructor(text: string) {
    this.#lower = text.toLowerCase();
    this.#stems = new Set([...text.matchAll(WORD)].map(([word]) => stemOf(word)));
  }

  has({ form, kind }: Term): boolean {
    if (kind === 'word' || kind === 'name') return this.#stems.has(form);
    for (let at = this.#lower.indexOf(form); at !== -1; at = this.#lower.indexOf(form, at + 1)) {
      if (!isJoined(this.#lower[at - 1]) && !isJoined(this.#lower[at + form.length])) return true;
    }
    return false;
  }
}

/** Tells whether a neighbour makes a found number part of a longer one. */
function isJoined(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}
