import { createInterface } from 'node:readline';
import { SupervisionRig } from './supervision-rig.ts';

/**
 * A Wooster process as far as servers are concerned: `host-process.ts <workspace> <port> <mode...>`. It wants its server
 * at once and prints each state; a line `release` on its input is its orderly end.
 */
const [folder, port, ...modes] = process.argv.slice(2);
const rig = SupervisionRig.at(folder!);
const { server, supervision } = await rig.use(Number(port), modes);
server.onChange(({ kind }) => process.stdout.write(`${kind}\n`));
server.want();
// A person's terminal keeps the process; the server must not.
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line !== 'release') return;
  process.stdin.destroy();
  void supervision.dispose().then(() => process.stdout.write('released\n'));
});
