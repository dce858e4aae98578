/** The structure of a JSON value: names and types at every level, without the values. */
type Shape = string | { [name: string]: Shape } | Shape[];

/** The structure of a value; the items of a list are reduced to their distinct structures. */
export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return distinct(value.map((item) => shapeOf(item)));
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, item]) => [name, shapeOf(item)]),
  );
}

/** The structure of a streamed body frame by frame (event stream or lines), runs of equal frames counted once. */
export function streamShape(text: string): Shape[] {
  const isEvents = /^(data|event|:)/m.test(text);
  const frames = text.trim().split(isEvents ? /\n\n/ : /\n/);
  const shapes = frames.map((frame): Shape => frameShape(frame));
  return shapes.filter((shape, place) => place === 0 || JSON.stringify(shape) !== JSON.stringify(shapes[place - 1]));
}

function frameShape(frame: string): Shape {
  if (frame.startsWith(':')) return 'comment';
  const lines = frame.split('\n');
  const event = lines.filter((line) => line.startsWith('event:'));
  const data = frame.replaceAll(/^event:.*\n/gm, '').replace(/^data: /, '');
  if (data === '[DONE]') return '[DONE]';
  const shape = shapeOf(JSON.parse(data));
  return event.length === 0 ? shape : [...event, shape];
}

/** Where a structure has a name or a type that the other has not. */
export function extraIn(shape: Shape, allowed: Shape, place = '$'): string[] {
  if (typeof shape === 'string' || typeof allowed === 'string')
    return shape === allowed ? [] : [`${place}: ${JSON.stringify(shape)}`];
  if (Array.isArray(shape) || Array.isArray(allowed)) {
    if (!Array.isArray(shape) || !Array.isArray(allowed)) return [`${place}: list or not`];
    return shape.flatMap((item) => {
      const best = allowed
        .map((other) => extraIn(item, other, `${place}[]`))
        .sort((one, two) => one.length - two.length)[0];
      return best ?? [`${place}: item in an empty list`];
    });
  }
  return Object.entries(shape).flatMap(([name, item]) => {
    const other = allowed[name];
    return other === undefined ? [`${place}.${name}`] : extraIn(item, other, `${place}.${name}`);
  });
}

function distinct(shapes: Shape[]): Shape[] {
  return [...new Map(shapes.map((shape) => [JSON.stringify(shape), shape])).values()];
}
