import { FakeServer } from './server.ts';
import type { ChildMessage, Command, CommandMessage, FakeServerOptions } from './protocol.ts';

/**
 * The child process of the fake: gets its options as its one argument, tells its port over the channel, and ends with the channel,
 * when told, or when its life limit is over.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as FakeServerOptions;
const server = new FakeServer(options);

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const orders: { [Name in Command['name']]: (command: Command & { name: Name }) => unknown } = {
  script: (command) => server.script(command.rules),
  configure: (command) => server.configure(command.options),
  reset: (command) => {
    server.reset(command.options);
    return server.listen();
  },
  requests: (command) => server.requests(command.waitMs),
  forget: () => server.forget(),
  refuse: (command) => server.refuse(command.forMs),
  listen: () => server.listen(),
  stop: () => server.refuse(undefined),
};

async function obey<Name extends Command['name']>(command: Command & { name: Name }): Promise<unknown> {
  return orders[command.name](command);
}

async function reply({ id, command }: CommandMessage): Promise<void> {
  try {
    const value = await obey(command);
    tell({ kind: 'done', id, value: value ?? null });
    if (command.name === 'stop') process.disconnect();
  } catch (error) {
    tell({ kind: 'error', id, message: String(error) });
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: CommandMessage) => void reply(message));
setTimeout(() => process.exit(3), options.lifeLimitMs ?? 120_000);
server.listen().then(
  (port) => tell({ kind: 'listening', port }),
  (error: unknown) => tell({ kind: 'failed', message: String(error) }),
);
