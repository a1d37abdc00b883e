import type { AddressInfo } from 'node:net';
import express from 'express';

/** A bare Express route that answers so many bytes of JSON: what HTTP itself costs on this machine. */
const { bytes } = JSON.parse(process.argv[2] ?? '') as { bytes: number };
const body = JSON.stringify({ filler: 'x'.repeat(bytes - '{"filler":""}'.length) });
const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.get('/', (_request, response) => void response.type('json').send(body));
const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
