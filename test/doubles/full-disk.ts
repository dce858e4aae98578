import { DatabaseSync, StatementSync } from 'node:sqlite';

type Method = (this: unknown, ...values: unknown[]) => unknown;

const WRITES = /^\s*(INSERT|UPDATE|DELETE|CREATE|BEGIN|COMMIT)/i;

/** A disk without room, as SQLite tells of it: every statement of this process that writes fails until there is room. */
export class FullDisk {
  /** Writes that failed. */
  refusals = 0;
  readonly #undo: (() => void)[] = [];

  fill(): void {
    if (this.#undo.length > 0) return;
    this.#refuse(StatementSync.prototype, 'run', () => true);
    this.#refuse(DatabaseSync.prototype, 'exec', (sql) => WRITES.test(String(sql)));
  }

  makeRoom(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #refuse(owner: object, name: string, isWrite: (...values: unknown[]) => boolean): void {
    const method = Reflect.get(owner, name) as Method;
    const count = (): void => void (this.refusals += 1);
    Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
      if (!isWrite(...values)) return Reflect.apply(method, this, values);
      count();
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    });
    this.#undo.push(() => Reflect.set(owner, name, method));
  }
}
