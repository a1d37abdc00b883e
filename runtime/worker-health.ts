import { createServer } from 'node:http';

/** What a worker answers orchestrators: `live` as long as it runs, `ready` while it takes tasks. */
export type WorkerHealth = { close(): Promise<void> };

/** `GET /health/live` and `GET /health/ready` on this port: 200, or 503 with the reason in the body. */
export async function serveWorkerHealth(port: number, isTakingTasks: () => boolean): Promise<WorkerHealth> {
  const server = createServer((request, response) => {
    // Not every path makes an address (`//` makes none), and what is thrown here ends the process.
    const pathname = URL.parse(request.url ?? '/', 'http://worker')?.pathname;
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (request.method !== 'GET') answer(405, { status: 'method_not_allowed' });
    else if (pathname === '/health/live') answer(200, { status: 'live' });
    else if (pathname !== '/health/ready') answer(404, { status: 'not_found' });
    else if (isTakingTasks()) answer(200, { status: 'ready' });
    else answer(503, { status: 'not_taking_tasks' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
