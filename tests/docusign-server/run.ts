/**
 * The server by hand: `node tests/docusign-server/run.ts [--port 4100]`. Prints the settings that make the product
 * use it, then what is asked of it. `curl -d '{"webhooks":{"copies":2,"delayMs":500}}' URL/_control` changes how webhooks behave.
 */
import { parseArgs } from 'node:util';
import { startRegisteredServer } from './settings.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { server, settings } = await startRegisteredServer(Number(values.port));
for (const [name, value] of Object.entries(settings)) console.log(`${name}='${value.trim().replaceAll('\n', '\\n')}'`);
console.log(`\n# state and control: ${server.url}/_control`);

process.once('SIGINT', () => void server.close());
process.once('SIGTERM', () => void server.close());
