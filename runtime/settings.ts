import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

/**
 * Every environment variable there is, each explained. `.env.example` is written from this table (`node
 * runtime/env-example.ts`), and a test compares the two. The words of a schema's error end the sentence "NAME … it …".
 */
export type Setting = {
  schema: z.ZodType<unknown, string>;
  /** As it would be written in the environment. Without one, the setting may be left out, or `needed` says when it may not. */
  default?: string;
  explain: string;
  needed?: string;
  /** Its value is never shown, not even in an error. */
  secret?: true;
};

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const port = wholeNumber(1, 65_535);

const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.string().pipe(z.enum(names, { error: `must be one of ${names.join(', ')}` }));

/** What stands in an address is decoded by whoever uses it; a password with a bare % would fail there, without its setting's name. */
const isPercentEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};
const percentError = { error: 'must have each % written as %25, or followed by two hexadecimal digits of UTF-8' };

const url = (...protocols: [string, ...string[]]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    })
    .refine(isPercentEncoded, percentError);

const text = z.string().min(1, { error: 'must not be empty' });

const yesOrNo = oneOf('true', 'false').transform((word) => word === 'true');

const hostAndPort = z
  .string()
  .regex(/^\[?[\w.:-]+\]?:\d{1,5}$/, { error: 'must be host:port, such as 127.0.0.1:7233' });

const natsServers = z
  .string()
  .refine((list) => list.split(',').every(isNatsUrl), {
    error: 'must be one or more URLs that start with nats:// or tls://, separated by commas',
  })
  .refine(isPercentEncoded, percentError);

const masterKey = /^(?:([\w-]{1,32})=)?([A-Za-z0-9+/]{43}=)$/;

/** Newest first. A key alone has the id `1`. */
const masterKeys = z
  .string()
  .refine((list) => list.split(',').every((entry) => masterKey.test(entry)), {
    error:
      'must be 32 bytes in base64 (44 characters), as `openssl rand -base64 32` prints them; for rotation, several as id=key, ' +
      'separated by commas, newest first',
  })
  .transform(parseMasterKeys)
  // What was encrypted says the id of its key: under one id for two, it would be read with the wrong one.
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, {
    error: 'must name each key by an id of its own, as in 2=<new key>,1=<old key>; a key without a name is 1',
  });

/** 32 bytes, and the name under which what it encrypted says so. */
export type MasterKey = { id: string; key: Buffer };

function parseMasterKeys(list: string): [MasterKey, ...MasterKey[]] {
  const [newest = '', ...older] = list.split(',');
  return [parseMasterKey(newest), ...older.map(parseMasterKey)];
}

function parseMasterKey(entry: string): MasterKey {
  const [, id, key] = masterKey.exec(entry) ?? [];
  return { id: id ?? '1', key: Buffer.from(key ?? '', 'base64') };
}

const mailAddress = z.string().regex(/^([^<>]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, {
  error: 'must be an address, or a name with an address, such as Countersign <bookings@example.com>',
});

function isNatsUrl(server: string): boolean {
  return URL.canParse(server) && ['nats:', 'tls:'].includes(new URL(server).protocol);
}

const mailAddresses = z
  .string()
  .transform((list) => list.split(',').flatMap((address) => address.trim().toLowerCase() || []))
  .refine((list) => list.every((address) => /^[^<>@\s]+@[^<>@\s]+$/.test(address)), {
    error: 'must be e-mail addresses, separated by commas',
  });

/** One or more PEM blocks; as DER. */
const certificates = z.string().transform((pem, context): Uint8Array[] => {
  const blocks = pem.replaceAll('\\n', '\n').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  try {
    if (blocks) return blocks.map((block) => new X509Certificate(block).raw);
  } catch {
    // Not one that can be read: as below.
  }
  context.addIssue({ code: 'custom', message: 'must be one or more certificates, as PEM' });
  return z.NEVER;
});

/** Kinds of work, see `createWorkers`. */
const taskQueues = ['bookings', 'documents', 'mail'] as const;

const someTaskQueues = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(taskQueues, { error: `must be some of ${taskQueues.join(', ')}, separated by commas` })));

/** As OpenTelemetry has it: name=value, separated by commas, values as in addresses. */
const otlpHeaders = z
  .string()
  .regex(/^[\w-]+=[^,=\s]+(,[\w-]+=[^,=\s]+)*$/, { error: 'must be name=value, separated by commas' })
  .refine(isPercentEncoded, percentError)
  .transform((list) =>
    Object.fromEntries(list.split(',').map((entry) => entry.split('=').map(decodeURIComponent) as [string, string])),
  );

export const settings = {
  NODE_ENV: {
    schema: oneOf('development', 'test', 'production'),
    default: 'development',
    explain: 'production refuses what is only right for trying the product out.',
  },
  DEPLOYMENT_ENVIRONMENT: {
    schema: oneOf('development', 'staging', 'production'),
    explain:
      "Which of temporal-config's environments this is. Default: production when NODE_ENV is production, else development.",
  },
  PORT: { schema: port, default: '4400', explain: 'Port of the web pages and the API.' },
  PUBLIC_URL: {
    schema: url('http:', 'https:'),
    needed: 'in production',
    explain:
      'Address under which people reach the pages: it is in every link and mail. Default: http://localhost:PORT.',
  },
  TRUSTED_PROXIES: {
    schema: wholeNumber(0, 10),
    default: '0',
    explain: 'How many reverse proxies stand in front and set X-Forwarded-For; 0 believes no such header.',
  },
  OPERATOR_EMAILS: {
    schema: mailAddresses,
    default: '',
    explain:
      'Addresses of the accounts, separated by commas, that run this installation: once they are confirmed, they see and replay the dead ' +
      'letters that belong to no organization. Empty: nobody.',
  },
  LIMIT_READS_PER_MINUTE: {
    schema: wholeNumber(1, 10_000_000),
    default: '1200',
    explain: 'Requests that one address may send per minute to each api process; more are answered 429.',
  },
  LIMIT_HOLDS_PER_MINUTE: {
    schema: wholeNumber(1, 10_000_000),
    default: '120',
    explain:
      'The same for requests that take a slot; and, counted apart, for live pages that ask for more of what they missed than is in memory.',
  },
  LIMIT_ATTEMPTS_PER_MINUTE: {
    schema: wholeNumber(1, 10_000_000),
    default: '20',
    explain: 'The same for what could be guessed with, or makes a mail leave: log-in, registration, codes.',
  },
  LOG_LEVEL: {
    schema: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
    explain: 'What is logged: this level and those above it.',
  },
  METRICS_PORT: {
    schema: port,
    explain:
      'Port on which api and worker each answer GET /metrics for Prometheus, which should reach it and nobody else; `npm start` gives its workers the next two. Left out: none.',
  },
  SENTRY_DSN: {
    schema: url('http:', 'https:'),
    secret: true,
    explain:
      'Where unexpected errors are reported: the DSN of a project in Sentry, or in what speaks its protocol (GlitchTip, Bugsink). Kinds and places leave, no messages, no requests. Left out: nowhere.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: url('http:', 'https:'),
    explain:
      'Where traces go, in OTLP over HTTP: the address of an OpenTelemetry collector, Jaeger, Tempo, such as http://collector:4318. Ids, operations and statements leave, no values. Left out: nowhere.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: otlpHeaders,
    secret: true,
    explain: 'Headers for it, such as Authorization=Bearer%20…, separated by commas, values as in addresses.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, { error: 'must be a number from 0 to 1' })
      .transform(Number),
    default: '1',
    explain: 'The share of traces that is sent, from 0 to 1; the same for all processes, so that those sent are whole.',
  },
  STATE_DIR: {
    schema: text,
    default: '.countersign',
    explain: 'Folder for everything that the embedded servers, the file storage and the mailbox keep.',
  },
  MASTER_KEY: {
    schema: masterKeys,
    needed: 'without it `npm start` makes one and keeps it in STATE_DIR; the single processes need it',
    secret: true,
    explain:
      'Wraps the keys of all documents and secrets. Whoever loses it loses the documents: keep it apart from backups.',
  },
  DATABASE_URL: {
    schema: url('postgres:', 'postgresql:'),
    needed: 'without it `npm start` brings up its own Postgres; the single processes need it',
    secret: true,
    explain: 'Postgres 18, as the role countersign_app, which must not own the tables.',
  },
  MIGRATION_DATABASE_URL: {
    schema: url('postgres:', 'postgresql:'),
    needed: 'for migrations, when DATABASE_URL is set',
    secret: true,
    explain: 'The same database as the role that owns it (countersign_owner): migrations only.',
  },
  DATABASE_POOL_SIZE: {
    schema: wholeNumber(1, 200),
    default: '10',
    explain: 'Connections that each process may open to Postgres.',
  },
  NATS_URL: {
    schema: natsServers,
    needed: 'without it `npm start` brings up its own NATS; the single processes need it',
    secret: true,
    explain:
      'NATS servers with JetStream, separated by commas: nats://name:password@host:4222 or nats://token@host:4222; what one names is used for all, tls:// demands TLS.',
  },
  NATS_REPLICAS: {
    schema: wholeNumber(1, 5),
    default: '1',
    explain: 'Copies of the event stream in the NATS cluster: 3 in production.',
  },
  TEMPORAL_ADDRESS: {
    schema: hostAndPort,
    needed: 'without it `npm start` brings up its own Temporal; the single processes need it',
    explain: 'Temporal frontend.',
  },
  TEMPORAL_NAMESPACE: { schema: text, default: 'countersign', explain: 'Temporal namespace; made when it is missing.' },
  TEMPORAL_API_KEY: { schema: text, secret: true, explain: 'API key, where Temporal asks for one (Temporal Cloud).' },
  TEMPORAL_TLS: { schema: yesOrNo, default: 'false', explain: 'true speaks TLS with Temporal.' },
  TEMPORAL_UI_URL: {
    schema: url('http:', 'https:'),
    explain: "Address of Temporal's Web UI, for the links that operators see.",
  },
  WORKER_BUILD_ID: {
    schema: z
      .string()
      .regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, dots, dashes or underscores' }),
    explain:
      'Version of the code that this worker runs, such as 1.4.0. With it, tasks go to the version that `promote` made current; without, to any worker.',
  },
  WORKER_HTTP_PORT: {
    schema: port,
    explain:
      'Port on which the worker answers GET /health/live and /health/ready; `npm start` gives its second worker the next one. Left out: none.',
  },
  WORKER_QUEUES: {
    schema: someTaskQueues,
    default: taskQueues.join(','),
    explain:
      'What this worker does, separated by commas: bookings (their workflows, and the holds that guests wait for), documents (PDFs, seals, the signing provider), mail. One that does no bookings leaves the processor to the others.',
  },
  EMBEDDED_POSTGRES_PORT: { schema: port, default: '15432', explain: "Port of `npm start`'s own Postgres." },
  EMBEDDED_NATS_PORT: { schema: port, default: '14222', explain: "Port of `npm start`'s own NATS." },
  EMBEDDED_TEMPORAL_PORT: { schema: port, default: '17233', explain: "Port of `npm start`'s own Temporal." },
  EMBEDDED_TEMPORAL_UI_PORT: { schema: port, default: '18233', explain: "Port of that Temporal's Web UI." },
  COUNTERSIGN_CACHE_DIR: {
    schema: text,
    explain:
      'Where downloaded or built server programs are kept. Default: countersign in the cache folder of the user.',
  },
  SIGNING_PROVIDER: {
    schema: oneOf('builtin', 'docusign'),
    default: 'builtin',
    explain: 'Who conducts the signing: this product itself, or DocuSign.',
  },
  DOCUSIGN_BASE_URL: {
    schema: url('http:', 'https:'),
    needed: 'for SIGNING_PROVIDER=docusign',
    explain: "The account's REST address, such as https://eu.docusign.net/restapi.",
  },
  DOCUSIGN_OAUTH_URL: {
    schema: url('http:', 'https:'),
    default: 'https://account.docusign.com',
    explain: 'Where tokens are granted; https://account-d.docusign.com for the developer environment.',
  },
  DOCUSIGN_ACCOUNT_ID: { schema: text, needed: 'for SIGNING_PROVIDER=docusign', explain: 'API account id.' },
  DOCUSIGN_INTEGRATION_KEY: { schema: text, needed: 'for SIGNING_PROVIDER=docusign', explain: 'Client id of the app.' },
  DOCUSIGN_USER_ID: {
    schema: text,
    needed: 'for SIGNING_PROVIDER=docusign',
    explain: 'The user on whose behalf envelopes are sent, who gave consent once.',
  },
  DOCUSIGN_PRIVATE_KEY: {
    schema: text.transform((pem) => pem.replaceAll('\\n', '\n')),
    needed: 'for SIGNING_PROVIDER=docusign',
    secret: true,
    explain: 'RSA private key of the app, PEM; \\n stands for a line break.',
  },
  DOCUSIGN_WEBHOOK_KEY: {
    schema: text,
    needed: 'for SIGNING_PROVIDER=docusign',
    secret: true,
    explain: "DocuSign Connect's HMAC key: a webhook without its signature is refused.",
  },
  TIMESTAMP_AUTHORITY_URL: {
    schema: url('http:', 'https:'),
    explain:
      "RFC 3161 timestamp authority, for signatures that prove when they were made. Left out: the organization's own key states the time.",
  },
  TIMESTAMP_AUTHORITY_ROOTS: {
    schema: certificates,
    explain:
      'Certificates (PEM, one after the other; \\n stands for a line break) of the authorities that a timestamp must lead to: /verify calls ' +
      'such a timestamp independent. Left out: it says that the timestamp authority was not checked.',
  },
  GOOGLE_CLIENT_ID: { schema: text, explain: 'Log-in through Google: the OAuth client. Left out: no such button.' },
  GOOGLE_CLIENT_SECRET: { schema: text, needed: 'for GOOGLE_CLIENT_ID', secret: true, explain: 'Its secret.' },
  MICROSOFT_CLIENT_ID: { schema: text, explain: 'Log-in through Microsoft: the application id.' },
  MICROSOFT_CLIENT_SECRET: { schema: text, needed: 'for MICROSOFT_CLIENT_ID', secret: true, explain: 'Its secret.' },
  MICROSOFT_TENANT: {
    schema: text,
    default: 'common',
    explain: 'The tenant whose members may log in, by its id; common or organizations: those of any.',
  },
  GITHUB_CLIENT_ID: { schema: text, explain: 'Log-in through GitHub: the OAuth app.' },
  GITHUB_CLIENT_SECRET: { schema: text, needed: 'for GITHUB_CLIENT_ID', secret: true, explain: 'Its secret.' },
  GITHUB_URL: {
    schema: url('http:', 'https:'),
    default: 'https://github.com',
    explain: 'Only for a GitHub Enterprise Server.',
  },
  OIDC_ISSUER: {
    schema: url('http:', 'https:'),
    explain: 'Log-in through any other issuer of OpenID Connect, such as Keycloak, Okta, Zitadel.',
  },
  OIDC_NAME: { schema: text, default: 'Single sign-on', explain: 'What its button says.' },
  OIDC_CLIENT_ID: { schema: text, needed: 'for OIDC_ISSUER', explain: 'The client there.' },
  OIDC_CLIENT_SECRET: { schema: text, needed: 'for OIDC_ISSUER', secret: true, explain: 'Its secret.' },
  STORAGE_DRIVER: { schema: oneOf('file', 's3'), default: 'file', explain: 'Where encrypted documents are kept.' },
  STORAGE_DIR: { schema: text, explain: 'Folder of the file storage. Default: documents in STATE_DIR.' },
  S3_ENDPOINT: { schema: url('http:', 'https:'), explain: "Only for a store that is not Amazon's." },
  S3_REGION: { schema: text, default: 'us-east-1', explain: 'Region of the bucket.' },
  S3_BUCKET: { schema: text, needed: 'for STORAGE_DRIVER=s3', explain: 'Bucket; it must exist.' },
  S3_ACCESS_KEY_ID: { schema: text, needed: 'for STORAGE_DRIVER=s3', explain: 'Access key.' },
  S3_SECRET_ACCESS_KEY: { schema: text, needed: 'for STORAGE_DRIVER=s3', secret: true, explain: 'Its secret.' },
  S3_FORCE_PATH_STYLE: {
    schema: yesOrNo,
    default: 'false',
    explain: 'true puts the bucket in the path, not in the host.',
  },
  MAIL_DRIVER: {
    schema: oneOf('mailbox', 'smtp', 'postmark'),
    default: 'mailbox',
    explain: 'How mail leaves. mailbox keeps it in STATE_DIR and shows it under /mailbox; not for production.',
  },
  MAIL_FROM: {
    schema: mailAddress,
    default: 'Countersign <bookings@countersign.example>',
    explain: 'Sender of every mail; its domain must be allowed at the mail provider.',
  },
  SMTP_URL: {
    schema: url('smtp:', 'smtps:'),
    needed: 'for MAIL_DRIVER=smtp',
    secret: true,
    explain:
      'smtps://user:password@host (TLS) or smtp://… (STARTTLS demanded); smtp://host:25?tls=none inside one network.',
  },
  POSTMARK_TOKEN: { schema: text, needed: 'for MAIL_DRIVER=postmark', secret: true, explain: 'Server API token.' },
  POSTMARK_API_URL: {
    schema: url('http:', 'https:'),
    default: 'https://api.postmarkapp.com',
    explain: "Where Postmark's API is, where a proxy stands before it.",
  },
  POSTMARK_WEBHOOK_SECRET: {
    schema: text,
    secret: true,
    explain:
      "What tells Postmark's webhooks from forged ones: user:password, as they stand in the webhook's address. Left out: no webhook is taken.",
  },
  POSTMARK_WEBHOOK_HEADER: {
    schema: text,
    explain:
      'Name of the header that carries POSTMARK_WEBHOOK_SECRET instead, where the webhook is set up with a custom header.',
  },
  POSTMARK_MESSAGE_STREAM: { schema: text, default: 'outbound', explain: 'Message stream for transactional mail.' },
  CHROMIUM_PATH: {
    schema: text,
    explain: 'A Chromium for making PDFs. Left out: the one on PATH, else the one that comes with the packages.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type ValueOf<S extends Setting> = z.output<S['schema']> | (S extends { default: string } ? never : undefined);

export type SettingValues = { [Name in SettingName]: ValueOf<(typeof settings)[Name]> };
