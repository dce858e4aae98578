import { ProtobufWriter } from './protobuf-writer.ts';

/** Numbers of `TensorProto.DataType` in onnx.proto. */
const TYPES = { float: 1, int64: 7, bool: 9 } as const;

type ElementType = keyof typeof TYPES;

/** Dimensions by length, or by name where the length is open. */
type Shape = readonly (number | string)[];

/** An ONNX model (opset 17) as it is put together; the numbers of fields are those of onnx.proto. */
export class OnnxGraph {
  readonly #graph = new ProtobufWriter().text(2, 'tiny');
  #nodes = 0;

  input(name: string, type: ElementType, shape: Shape): string {
    this.#graph.message(11, valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: ElementType, shape: Shape): void {
    this.#graph.message(12, valueInfo(name, type, shape));
  }

  floats(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.#tensor(name, { type: 'float', shape, data: Buffer.from(Float32Array.from(values).buffer) });
  }

  int64s(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.#tensor(name, { type: 'int64', shape, data: Buffer.from(BigInt64Array.from(values, BigInt).buffer) });
  }

  /** One operation; attributes are whole numbers. Returns the name of its result. */
  node(operation: string, inputs: readonly string[], { output, ...attributes }: NodeOptions = {}): string {
    const result = output ?? `${operation}_${(this.#nodes += 1)}`;
    const node = new ProtobufWriter();
    for (const input of inputs) node.text(1, input);
    node.text(2, result).text(3, result).text(4, operation);
    for (const [name, value] of Object.entries(attributes)) {
      node.message(5, new ProtobufWriter().text(1, name).int(3, Number(value)).int(20, 2));
    }
    this.#graph.message(1, node);
    return result;
  }

  /** Numbers of any type as floats. */
  toFloat(name: string): string {
    return this.node('Cast', [name], { to: TYPES.float });
  }

  /** The file. */
  finish(): Buffer {
    const opset = new ProtobufWriter().text(1, '').int(2, 17);
    return new ProtobufWriter().int(1, 8).text(2, 'wooster-tests').message(7, this.#graph).message(8, opset).finish();
  }

  #tensor(name: string, { type, shape, data }: { type: ElementType; shape: readonly number[]; data: Buffer }): string {
    const tensor = new ProtobufWriter();
    for (const length of shape) tensor.int(1, length);
    this.#graph.message(5, tensor.int(2, TYPES[type]).text(8, name).bytes(9, data));
    return name;
  }
}

interface NodeOptions {
  readonly output?: string;
  readonly [attribute: string]: string | number | undefined;
}

function valueInfo(name: string, type: ElementType, shape: Shape): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) {
    const dimension = new ProtobufWriter();
    dimensions.message(1, typeof length === 'number' ? dimension.int(1, length) : dimension.text(2, length));
  }
  const tensor = new ProtobufWriter().int(1, TYPES[type]).message(2, dimensions);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
