import { DatabaseSync } from 'node:sqlite';
import { migrateStore } from '../../../src/stores/database/store-schema.ts';

/** Brings a database up to date, and kills itself before the n-th statement of that; without one it tells how many there are. */
const [file = '', killAt = '0'] = process.argv.slice(2);
const database = new DatabaseSync(file);
const run = database.exec.bind(database);
let statements = 0;
database.exec = (sql: string): void => {
  statements += 1;
  if (statements === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  run(sql);
};
migrateStore(database);
database.close();
process.stdout.write(String(statements));
