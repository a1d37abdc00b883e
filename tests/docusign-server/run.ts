/**
 * The server by hand: `node tests/docusign-server/run.ts [--port 4100]`. Prints the settings that make the product
 * use it, then what is asked of it. `curl -d '{"webhooks":{"copies":2,"delayMs":500}}' URL/_control` changes how webhooks behave.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startDocusignServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const registration = {
  accountId: randomUUID(),
  integrationKey: randomUUID(),
  userId: randomUUID(),
  hmacKey: randomBytes(32).toString('base64'),
};
const server = await startDocusignServer({ ...registration, publicKeyPem: publicKey, port: Number(values.port) });
const settings = {
  SIGNING_PROVIDER: 'docusign',
  DOCUSIGN_BASE_URL: server.baseUrl,
  DOCUSIGN_OAUTH_URL: server.url,
  DOCUSIGN_ACCOUNT_ID: registration.accountId,
  DOCUSIGN_INTEGRATION_KEY: registration.integrationKey,
  DOCUSIGN_USER_ID: registration.userId,
  DOCUSIGN_WEBHOOK_KEY: registration.hmacKey,
  DOCUSIGN_PRIVATE_KEY: privateKey,
};
for (const [name, value] of Object.entries(settings)) console.log(`${name}='${value.trim().replaceAll('\n', '\\n')}'`);
console.log(`\n# state and control: ${server.url}/_control`);

process.once('SIGINT', () => void server.close());
process.once('SIGTERM', () => void server.close());
