import http from 'node:http';
import net, { type AddressInfo, type LookupFunction } from 'node:net';

/** A forward proxy on loopback, and what it was asked. */
export interface ForwardProxyServer {
  readonly url: string;
  /** `CONNECT cloud.test:443` or `GET http://cloud.test/path`, with the credentials that came along. */
  readonly asked: { readonly line: string; readonly authorization: string | undefined }[];
  stop(): Promise<void>;
}

/** Starts one that reaches every name at the given port of this machine: no name is looked up. */
export async function startForwardProxy(port: number): Promise<ForwardProxyServer> {
  const asked: ForwardProxyServer['asked'] = [];
  const note = ({ method = '', url = '', headers }: http.IncomingMessage): void =>
    void asked.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] });
  const server = http.createServer((request, reply) => {
    note(request);
    const { pathname } = new URL(request.url ?? '');
    const onward = http.request({ host: '127.0.0.1', port, path: pathname, method: request.method }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    });
    request.pipe(onward);
  });
  const sockets = new Set<net.Socket>();
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    note(request);
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

/** Every name is this machine; a real name server is never asked. */
export const ownLookup: LookupFunction = (_name, options, take) =>
  options.all === true ? take(null, [{ address: '127.0.0.1', family: 4 }]) : take(null, '127.0.0.1', 4);
