import { entryFor, seededBytes, storeOf } from './store-under-test.ts';

/** Fetches the file in a process of its own: `<directory> <hub> <bytes>`; one line of JSON for each phase and the end. */
const [directory = '', hubBaseUrl = '', bytes = '0'] = process.argv.slice(2);
const content = seededBytes(Number(bytes));
const store = storeOf(content, {
  directory,
  hubBaseUrl,
  entries: () => [entryFor(content)],
  limits: { connectMs: 10_000, idleMs: 10_000 },
});
const print = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};
let last = '';
await store
  .ensure('tiny', {
    onProgress: ({ phase }) => {
      if (phase !== last) print({ phase });
      last = phase;
    },
  })
  .then(
    (path) => print({ path }),
    (error: { code?: string; message: string }) => print({ code: error.code, message: error.message }),
  );
