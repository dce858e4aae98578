type Ends = (text: string, start: number) => Set<number>;

/**
 * Whether a GBNF grammar accepts a whole text: a small reader of the subset that the engine writes (literals, character
 * classes, groups, alternatives, repetitions, rules), so that grammars can be judged without a model.
 */
export function accepts(grammar: string, text: string): boolean {
  const rules = new Map<string, Ends>();
  for (const line of grammar.split('\n')) {
    const border = line.indexOf(' ::= ');
    rules.set(line.slice(0, border), new Reader(line.slice(border + 5), rules).read());
  }
  return rules.get('root')?.(text, 0).has(text.length) ?? false;
}

class Reader {
  readonly #source: string;
  readonly #rules: ReadonlyMap<string, Ends>;
  #at = 0;

  constructor(source: string, rules: ReadonlyMap<string, Ends>) {
    this.#source = source;
    this.#rules = rules;
  }

  read(): Ends {
    const body = this.#alternatives();
    if (this.#at !== this.#source.length) throw new Error(`cannot read ${this.#source.slice(this.#at)}`);
    return body;
  }

  #alternatives(): Ends {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return (text, start) => new Set(options.flatMap((option) => [...option(text, start)]));
  }

  #sequence(): Ends {
    const items: Ends[] = [];
    for (;;) {
      this.#blanks();
      const next = this.#source[this.#at];
      if (next === undefined || next === '|' || next === ')') break;
      items.push(this.#repeated(this.#item()));
    }
    return (text, start) => items.reduce((ends, item) => follow(ends, item, text), new Set([start]));
  }

  #item(): Ends {
    if (this.#take('(')) {
      const inner = this.#alternatives();
      if (!this.#take(')')) throw new Error('a group is not closed');
      return inner;
    }
    const literal = this.#match(/"(?:[^"\\]|\\.)*"/y);
    if (literal !== undefined) {
      const wanted = JSON.parse(literal) as string;
      return (text, start) => new Set(text.startsWith(wanted, start) ? [start + wanted.length] : []);
    }
    const characters = this.#match(/\[(?:[^\]\\]|\\.)*\]/y);
    if (characters !== undefined) {
      const pattern = new RegExp(characters.startsWith('[^') ? `[^${characters.slice(2)}` : characters, 'y');
      return (text, start) => {
        pattern.lastIndex = start;
        return new Set(pattern.test(text) ? [start + 1] : []);
      };
    }
    const name = this.#match(/[a-z][a-z0-9-]*/y);
    if (name === undefined) throw new Error(`cannot read ${this.#source.slice(this.#at)}`);
    return (text, start) => this.#rules.get(name)?.(text, start) ?? new Set();
  }

  #repeated(item: Ends): Ends {
    const sign = this.#match(/[*+?]|\{[0-9]*,?[0-9]*\}/y);
    if (sign === undefined) return item;
    const [low = '0', high] = sign.startsWith('{') ? sign.slice(1, -1).split(',') : BOUNDS[sign]!;
    const most = high === '' ? Number.POSITIVE_INFINITY : Number(high ?? low);
    return (text, start) => repeat(item, Number(low), most, { text, start });
  }

  #take(sign: string): boolean {
    this.#blanks();
    if (this.#source[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #blanks(): void {
    this.#match(/ */y);
  }
}

const BOUNDS: Readonly<Record<string, [string, string]>> = { '*': ['0', ''], '+': ['1', ''], '?': ['0', '1'] };

function follow(ends: ReadonlySet<number>, item: Ends, text: string): Set<number> {
  return new Set([...ends].flatMap((end) => [...item(text, end)]));
}

function repeat(item: Ends, least: number, most: number, place: { text: string; start: number }): Set<number> {
  let ends = new Set([place.start]);
  const all = new Set(least === 0 ? ends : []);
  for (let count = 1; count <= most && ends.size > 0; count += 1) {
    ends = follow(ends, item, place.text);
    const isNew = [...ends].some((end) => !all.has(end));
    if (count >= least) for (const end of ends) all.add(end);
    if (count >= least && !isNew) break;
  }
  return all;
}
