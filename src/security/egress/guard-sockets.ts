import type { LookupFunction, Socket } from 'node:net';
import { isDeclared, isLoopbackAddress, refusalOf, refuse, type Destination, type EgressRules } from './reachable.ts';
import { replaceMethod, type Callable, type Undo } from './replaced.ts';

const net = process.getBuiltinModule('node:net');
const dgram = process.getBuiltinModule('node:dgram');

/** What of the options of a connection says where it goes. */
interface ConnectOptions {
  readonly path?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly lookup?: LookupFunction;
}

/** The options in any form in which `connect` takes them; Node itself hands on a list of options and listener. */
function connectOptionsOf(parameters: readonly unknown[]): ConnectOptions {
  const [first, second] = parameters;
  if (Array.isArray(first)) return connectOptionsOf(first as unknown[]);
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && !(Number(first) >= 0)) return { path: first };
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

function destinationOf({ path, host, port }: ConnectOptions): Destination | undefined {
  if (typeof path === 'string' && path !== '') return undefined;
  const name = typeof host === 'string' && host !== '' ? host : 'localhost';
  return { host: name, port: Number(port) };
}

/** A look-up of the caller's own may answer anything, so its answer is checked too. */
function checkedLookup(lookup: LookupFunction, host: string, rules: () => EgressRules): LookupFunction {
  return (name, options, callback) =>
    lookup(name, options, (error, address, family) => {
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      const stranger = error === null ? found.find((each) => !isLoopbackAddress(each)) : undefined;
      if (stranger === undefined || isDeclared(host, rules())) callback(error, address, family);
      else callback(refuse('to connect to', `${host} (${stranger})`, rules()), address, family);
    });
}

function withCheckedLookup(parameters: unknown[], host: string, rules: () => EgressRules): unknown[] {
  const [first, ...rest] = parameters;
  const [options, ...others] = Array.isArray(first) ? (first as unknown[]) : [first, ...rest];
  const { lookup } = connectOptionsOf([options]);
  if (typeof lookup !== 'function') return parameters;
  const listeners = others.filter((each) => typeof each === 'function');
  return [{ ...(options as object), lookup: checkedLookup(lookup, host, rules) }, ...listeners];
}

/** Fails as any connection does: after who made it could listen, and with what was written until then kept back. */
function fail(socket: Socket, refusal: Error): Socket {
  Object.assign(socket, { connecting: true });
  setImmediate(() => socket.destroy(refusal));
  return socket;
}

/** Connections of `net`, and with them those of `http`, `https`, `http2`, `tls`, `fetch` and `WebSocket`. */
export function guardConnections(rules: () => EgressRules): Undo {
  return replaceMethod(net.Socket.prototype, 'connect', (original) => {
    return function connect(this: unknown, ...parameters): unknown {
      const destination = destinationOf(connectOptionsOf(parameters));
      if (destination === undefined) return original.apply(this, parameters);
      const refusal = refusalOf('to connect to', destination, rules());
      if (refusal === undefined) return original.apply(this, withCheckedLookup(parameters, destination.host, rules));
      return fail(this as Socket, refusal);
    };
  });
}

/** The address among the parameters of `send(message[, offset, length][, port][, address][, callback])`. */
function addressOfDatagram(parameters: readonly unknown[]): unknown {
  const [, , third, fourth, fifth] = parameters;
  const hasRange = Boolean(fifth) || (Boolean(fourth) && typeof fourth !== 'function');
  return hasRange ? fifth : third;
}

/** Tells a refusal as the methods of a datagram socket tell a failure. */
type Tell = (socket: unknown, refusal: Error, parameters: readonly unknown[]) => void;

const tellLater: Tell = (socket, refusal, parameters) => {
  const callback = parameters.findLast((each) => typeof each === 'function') as Callable | undefined;
  process.nextTick(() => {
    if (callback !== undefined) callback(refusal);
    else (socket as { emit(event: string, error: Error): boolean }).emit('error', refusal);
  });
};

const tellAtOnce: Tell = (_socket, refusal) => {
  throw refusal;
};

/** One method of datagram sockets: its name, where its parameters have the address, and how it fails. */
type DatagramMethod = readonly [name: string, addressOf: (parameters: readonly unknown[]) => unknown, tell: Tell];

const DATAGRAM_METHODS: readonly DatagramMethod[] = [
  ['send', addressOfDatagram, tellLater],
  ['connect', (parameters) => parameters[1], tellLater],
  // Joining a group tells the network of it.
  ['addMembership', (parameters) => parameters[0], tellAtOnce],
  ['addSourceSpecificMembership', (parameters) => parameters[1], tellAtOnce],
];

/** Datagrams, connected or not, and groups. */
export function guardDatagrams(rules: () => EgressRules): Undo {
  const undo = DATAGRAM_METHODS.map(([name, addressOf, tell]) =>
    replaceMethod(dgram.Socket.prototype, name, (original) => {
      return function guarded(this: unknown, ...parameters): unknown {
        const address = addressOf(parameters);
        // Without an address it is this machine, or the one to which the socket was connected under this guard.
        const host = typeof address === 'string' && address !== '' ? address : 'localhost';
        const refusal = refusalOf('to send a datagram to', { host }, rules());
        return refusal === undefined ? original.apply(this, parameters) : tell(this, refusal, parameters);
      };
    }),
  );
  return () => undo.forEach((each) => each());
}
