import { ownRole } from '#db/queries/inspection.ts';
import type { Config } from '../config.ts';
import type { Check, Finding } from './finding.ts';

type Danger = Omit<Finding, 'severity' | 'mend' | 'ids'> & { is(config: Config): boolean; severity?: 'error' };

const isLocal = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
const publicHost = ({ http }: Config): string => new URL(http.publicUrl).hostname;
const temporalHost = ({ temporal }: Config): string => temporal.address.replace(/:\d+$/, '');

/** What is right for trying the product out, and wrong where people rely on it. */
const dangers: readonly Danger[] = [
  {
    is: (config) => config.environment !== 'production' && !isLocal(publicHost(config)),
    what: 'NODE_ENV is not "production", and PUBLIC_URL is a public address',
    why: 'Everybody can read every mail under /mailbox, and settings are accepted that production refuses.',
    todo: 'Set NODE_ENV=production.',
    severity: 'error',
  },
  {
    is: ({ environment, http }) => environment === 'production' && http.publicUrl.startsWith('http:'),
    what: 'PUBLIC_URL begins with http://',
    why: 'Passwords, secret links and agreements travel where others can read them.',
    todo: 'Put a proxy with TLS in front, and set PUBLIC_URL to its https:// address.',
    severity: 'error',
  },
  {
    is: ({ environment, http }) =>
      environment === 'production' && http.publicUrl.startsWith('https:') && http.trustedProxies === 0,
    what: 'TRUSTED_PROXIES is 0, but PUBLIC_URL is https: something stands in front',
    why: 'All guests count as one address: a busy hour locks everybody out, and the audit trail names the proxy.',
    todo: 'Set TRUSTED_PROXIES to how many proxies stand in front.',
  },
  {
    is: ({ nats }) => nats.servers.length >= 3 && nats.replicas < 3,
    what: 'NATS_REPLICAS is below 3 in a cluster of three or more',
    why: 'The stream lies on one server, and is away when that one is.',
    todo: 'Set NATS_REPLICAS=3.',
  },
  {
    is: (config) => config.environment === 'production' && !config.temporal.tls && !isPrivate(temporalHost(config)),
    what: 'TEMPORAL_TLS is false, and TEMPORAL_ADDRESS is not a local or private name',
    why: 'Who can read that connection sees every id, and can change what happens.',
    todo: 'Set TEMPORAL_TLS=true, or keep Temporal inside a private network.',
  },
  {
    is: ({ environment, mail }) =>
      environment === 'production' && mail.driver === 'smtp' && mail.security === 'none' && !isPrivate(mail.host),
    what: 'SMTP_URL says tls=none to a server that is not local or private',
    why: 'Signed documents and codes travel where others can read them.',
    todo: 'Use smtps://, or smtp:// without tls=none.',
    severity: 'error',
  },
  {
    is: ({ environment, logLevel }) => environment === 'production' && (logLevel === 'trace' || logLevel === 'debug'),
    what: 'LOG_LEVEL is below info',
    why: 'The logs grow fast, and say more about people than anybody needs.',
    todo: 'Set LOG_LEVEL=info.',
  },
  {
    is: ({ environment, signing, timestampAuthorityUrl }) =>
      environment === 'production' && signing.provider === 'builtin' && timestampAuthorityUrl === undefined,
    what: 'TIMESTAMP_AUTHORITY_URL is not set',
    why: 'The time of a signature is stated by the organization’s own key: nobody outside vouches for it.',
    todo: 'Set TIMESTAMP_AUTHORITY_URL to an RFC 3161 authority.',
  },
  {
    is: ({ timestampAuthorityUrl, timestampRoots }) =>
      timestampAuthorityUrl !== undefined && timestampRoots.length === 0,
    what: 'TIMESTAMP_AUTHORITY_ROOTS is not set',
    why: 'Whoever checks a document at /verify reads that the timestamp’s authority was not checked.',
    todo: 'Set TIMESTAMP_AUTHORITY_ROOTS to the root certificate that the timestamp authority publishes.',
  },
];

export function dangerousSettings(config: Config): Finding[] {
  return dangers
    .filter((danger) => danger.is(config))
    .map(({ what, why, todo, severity }) => ({ severity: severity ?? 'warning', what, why, todo }));
}

/** No dot: a name inside a compose network or cluster. */
function isPrivate(host: string): boolean {
  if (isLocal(host) || !host.includes('.')) return true;
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host) || /\.(internal|local|svc|lan)$/.test(host);
}

export const settings: Check = {
  name: 'settings',
  title: 'settings are right for where it runs',
  look: async ({ config, database }) => {
    const role = await ownRole(database);
    if (!role.isSuperuser && !role.bypassesSecurity && !role.ownsTables) return dangerousSettings(config);
    return [
      {
        severity: 'error',
        what: `DATABASE_URL names ${role.name}, which row-level security does not bind`,
        why: 'One forgotten condition in a query would show an organization what belongs to another.',
        todo: 'Set DATABASE_URL to the role countersign_app (docs/operations.md, "Roles").',
      },
      ...dangerousSettings(config),
    ];
  },
};
