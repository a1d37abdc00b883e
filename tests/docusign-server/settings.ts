import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { startDocusignServer, type DocusignServer } from './server.ts';

/** A server with an app registered at it, and the settings that make the product use it. */
export async function startRegisteredServer(
  port = 0,
): Promise<{ server: DocusignServer; settings: Record<string, string> }> {
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
  const server = await startDocusignServer({ ...registration, publicKeyPem: publicKey, port });
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
  return { server, settings };
}
