import type { OpcodeTable, PickleMachine } from '../pickle-machine.ts';
import { PickledName, PickledObject, type PickleValue } from '../pickle-values.ts';

/** Highest protocol there is. */
const HIGHEST_PROTOCOL = 5;

function nameOf(machine: PickleMachine): PickledName {
  const module = machine.bytes.line().toString('utf8');
  return new PickledName(module, machine.bytes.line().toString('utf8'));
}

function pushObject(machine: PickleMachine, type: PickleValue, args: PickleValue): void {
  if (!Array.isArray(args)) throw machine.bytes.fault('arguments that are no tuple');
  machine.pushContainer(new PickledObject(type, args));
}

function callTop(machine: PickleMachine): void {
  const args = machine.pop();
  pushObject(machine, machine.pop(), args);
}

function stackName(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string') throw machine.bytes.fault('a name that is no text');
  machine.pushContainer(new PickledName(module, name));
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (!(target instanceof PickledObject)) throw machine.bytes.fault('a state for what is no object');
  target.state = state;
}

function newWithNames(machine: PickleMachine): void {
  // Named arguments are of no class that is understood here.
  machine.pop();
  callTop(machine);
}

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.bytes.unsigned(1);
  if (protocol > HIGHEST_PROTOCOL) throw machine.bytes.fault(`protocol ${protocol} is not known`);
}

function refuse(what: string): (machine: PickleMachine) => void {
  return (machine) => {
    throw machine.bytes.fault(`${what} cannot be read`);
  };
}

/** Names and objects, which stay what they are written as, and what frames a pickle. */
export const OBJECT_OPCODES: OpcodeTable = {
  0x80: checkProtocol,
  // The length of a frame is of use to who reads from a stream.
  0x95: (machine) => void machine.bytes.unsigned(8),
  0x63: (machine) => machine.pushContainer(nameOf(machine)),
  0x93: stackName,
  0x52: callTop,
  0x81: callTop,
  0x92: newWithNames,
  0x69: (machine) => pushObject(machine, nameOf(machine), machine.popMarked()),
  0x6f: (machine) => {
    const [type, ...args] = machine.popMarked();
    if (type === undefined) throw machine.bytes.fault('an object without its class');
    pushObject(machine, type, args);
  },
  0x62: build,
  0x50: refuse('a reference to what is elsewhere'),
  0x51: refuse('a reference to what is elsewhere'),
  0x82: refuse('a registered extension'),
  0x83: refuse('a registered extension'),
  0x84: refuse('a registered extension'),
  0x97: refuse('a buffer that is elsewhere'),
  0x98: refuse('a buffer that is elsewhere'),
};
