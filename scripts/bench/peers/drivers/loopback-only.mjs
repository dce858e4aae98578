// Loaded before a contestant: servers listen on the loopback, and nothing but the loopback can be reached. What is
// tried is told on standard error, where the bench reads it.
import net from 'node:net';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...words) {
  const [first] = Array.isArray(words[0]) ? words[0] : words;
  const isPath = typeof first === 'string' || typeof first?.path === 'string';
  const host = (typeof first === 'object' ? first?.host : words[1]) ?? 'localhost';
  if (isPath || LOOPBACK.test(host)) return connect.apply(this, words);
  process.stderr.write(`loopback only: ${host}\n`);
  process.nextTick(() => this.destroy(Object.assign(new Error(`not the loopback: ${host}`), { code: 'ENETUNREACH' })));
  return this;
};

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (first, ...more) {
  if (typeof first === 'number') {
    const callback = more.find((word) => typeof word === 'function');
    return listen.call(this, { port: first, host: '127.0.0.1' }, callback);
  }
  if (typeof first === 'object' && first !== null && 'port' in first) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...more);
  }
  return listen.call(this, first, ...more);
};
