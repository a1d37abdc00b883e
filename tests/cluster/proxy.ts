import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands in front of the api processes, as plain as a proxy can be: it knows connections, not requests. */
export type Proxy = { url: string; close(): Promise<void> };

/** Each connection goes to the next port in turn; a port that refuses is passed over. */
export async function startProxy(ports: readonly number[]): Promise<Proxy> {
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => open.delete(client));
    turn += 1;
    passOn(
      client,
      ports.map((_, offset) => ports[(turn + offset) % ports.length] ?? 0),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function passOn(client: Socket, [port, ...others]: number[]): void {
  if (port === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect({ port, host: '127.0.0.1' });
  let isConnected = false;
  upstream.once('connect', () => {
    isConnected = true;
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => {
    if (isConnected) client.destroy();
    else passOn(client, others);
  });
  upstream.on('close', () => isConnected && client.destroy());
  client.on('close', () => upstream.destroy());
}
