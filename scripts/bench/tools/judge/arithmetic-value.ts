/** A reader of expressions by descent; each method takes what it understands from the front. */
class Expression {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  /** The value; NaN where something is left over or not understood. */
  value(): number {
    const value = this.#sum();
    return this.#rest === '' ? value : Number.NaN;
  }

  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest)?.[0];
    if (found !== undefined) this.#rest = this.#rest.slice(found.length);
    return found;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#take(/^[+-]/); sign !== undefined; sign = this.#take(/^[+-]/)) {
      const next = this.#product();
      value = sign === '+' ? value + next : value - next;
    }
    return value;
  }

  #product(): number {
    let value = this.#power();
    for (let sign = this.#take(/^(?:\*(?!\*)|\/)/); sign !== undefined; sign = this.#take(/^(?:\*(?!\*)|\/)/)) {
      const next = this.#power();
      value = sign === '*' ? value * next : value / next;
    }
    return value;
  }

  #power(): number {
    const base = this.#part();
    return this.#take(/^(?:\*\*|\^)/) === undefined ? base : base ** this.#power();
  }

  #part(): number {
    if (this.#take(/^-/) !== undefined) return -this.#part();
    if (this.#take(/^\(/) !== undefined) {
      const value = this.#sum();
      return this.#take(/^\)/) === undefined ? Number.NaN : value;
    }
    const digits = this.#take(/^\d+(?:\.\d+)?/);
    if (digits === undefined) return Number.NaN;
    return this.#take(/^%/) === undefined ? Number(digits) : Number(digits) / 100;
  }
}

/** The value of an expression with + - * / ^ and parentheses, in the usual spellings; NaN for anything else. */
export function arithmeticValue(text: string): number {
  const plain = text
    .replace(/=\s*\??\s*$/, '')
    .replaceAll(/[×x]/g, '*')
    .replaceAll(/[÷:]/g, '/')
    .replaceAll('−', '-')
    .replaceAll(/\s+/g, '')
    .replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '');
  return new Expression(plain).value();
}
