import type { OpcodeTable, PickleMachine } from '../pickle-machine.ts';
import { PickledObject, type PickleValue } from '../pickle-values.ts';

function pairsInto(
  machine: PickleMachine,
  entries: Map<PickleValue, PickleValue>,
  items: readonly PickleValue[],
): Map<PickleValue, PickleValue> {
  if (items.length % 2 !== 0) throw machine.bytes.fault('a key without a value');
  for (let at = 0; at < items.length; at += 2) entries.set(items[at]!, items[at + 1]!);
  return entries;
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (target instanceof Map) pairsInto(machine, target, items);
  else if (target instanceof PickledObject) pairsInto(machine, target.entries, items);
  else throw machine.bytes.fault('entries for what is no dictionary');
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top();
  const members = target instanceof PickledObject ? target.members : target;
  if (!Array.isArray(members)) throw machine.bytes.fault('members for what is no list');
  for (const item of items) members.push(item);
}

function addItems(machine: PickleMachine): void {
  const items = machine.popMarked();
  const target = machine.top();
  if (target instanceof Set) for (const item of items) target.add(item);
  else if (target instanceof PickledObject) for (const item of items) target.members.push(item);
  else throw machine.bytes.fault('members for what is no set');
}

function pushLast(machine: PickleMachine, count: number): void {
  const items: PickleValue[] = [];
  for (let at = 0; at < count; at += 1) items.unshift(machine.pop());
  machine.pushContainer(items);
}

/** Lists, tuples, dictionaries, sets, the stack itself and what is remembered. */
export const COLLECTION_OPCODES: OpcodeTable = {
  0x28: (machine) => machine.mark(),
  0x30: (machine) => machine.drop(),
  0x31: (machine) => void machine.popMarked(),
  0x32: (machine) => machine.push(machine.top()),
  0x5d: (machine) => machine.pushContainer([]),
  0x6c: (machine) => machine.pushContainer(machine.popMarked()),
  0x61: (machine) => append(machine, [machine.pop()]),
  0x65: (machine) => append(machine, machine.popMarked()),
  0x29: (machine) => machine.pushContainer([]),
  0x74: (machine) => machine.pushContainer(machine.popMarked()),
  0x85: (machine) => pushLast(machine, 1),
  0x86: (machine) => pushLast(machine, 2),
  0x87: (machine) => pushLast(machine, 3),
  0x7d: (machine) => machine.pushContainer(new Map()),
  0x64: (machine) => machine.pushContainer(pairsInto(machine, new Map(), machine.popMarked())),
  0x73: (machine) => {
    const value = machine.pop();
    setItems(machine, [machine.pop(), value]);
  },
  0x75: (machine) => setItems(machine, machine.popMarked()),
  0x8f: (machine) => machine.pushContainer(new Set()),
  0x91: (machine) => machine.pushContainer(new Set(machine.popMarked())),
  0x90: addItems,
  0x70: (machine) => machine.remember(Number(machine.bytes.line().toString('latin1'))),
  0x71: (machine) => machine.remember(machine.bytes.unsigned(1)),
  0x72: (machine) => machine.remember(machine.bytes.unsigned(4)),
  0x94: (machine) => machine.rememberNext(),
  0x67: (machine) => machine.recall(Number(machine.bytes.line().toString('latin1'))),
  0x68: (machine) => machine.recall(machine.bytes.unsigned(1)),
  0x6a: (machine) => machine.recall(machine.bytes.unsigned(4)),
};
