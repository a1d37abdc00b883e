import { resolve } from 'node:path';
import type { LogInOptions } from '#integrations/log-in/create-providers.ts';
import { readEnvFile } from './env-file.ts';
import { type NatsServers, parseNatsServers } from './nats-servers.ts';
import { logInOptions } from './log-in-config.ts';
import { type MasterKey, type Setting, type SettingName, type SettingValues, settings } from './settings.ts';

/** The environment as it comes from the operating system. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One of the environments of temporal-config. */
export type Deployment = NonNullable<SettingValues['DEPLOYMENT_ENVIRONMENT']>;

/** What one process (`api`, `worker`, `migrate`, the command line) needs to know. Folders are absolute, keys are bytes. */
export type Config = {
  environment: SettingValues['NODE_ENV'];
  deployment: Deployment;
  logLevel: SettingValues['LOG_LEVEL'];
  metricsPort: number | undefined;
  sentryDsn: string | undefined;
  /** Where spans are sent; undefined: nowhere. */
  traces: { endpoint: string; headers: Record<string, string>; share: number } | undefined;
  stateDir: string;
  /** The first encrypts, all decrypt (rotation). 32 bytes each. */
  masterKeys: [MasterKey, ...MasterKey[]];
  chromiumPath: string | undefined;
  http: { port: number; publicUrl: string; trustedProxies: number };
  /** Lower case. */
  operatorEmails: string[];
  /** Requests per minute and address, in each api process. */
  limits: { readsPerMinute: number; holdsPerMinute: number; attemptsPerMinute: number };
  database: { url: string; migrationUrl: string | undefined; poolSize: number };
  nats: NatsServers & { replicas: number };
  temporal: TemporalConfig;
  worker: { buildId: string | undefined; httpPort: number | undefined; queues: SettingValues['WORKER_QUEUES'] };
  signing: SigningConfig;
  timestampAuthorityUrl: string | undefined;
  /** Certificates (DER) of timestamp authorities whose word on the time counts when a file is checked. */
  timestampRoots: readonly Uint8Array[];
  storage: StorageConfig;
  mail: MailConfig;
  /** Other sites through which one can log in. */
  logIn: LogInOptions[];
};

export type TemporalConfig = {
  address: string;
  namespace: string;
  apiKey: string | undefined;
  tls: boolean;
  uiUrl: string | undefined;
};

export type SigningConfig =
  | { provider: 'builtin' }
  | {
      provider: 'docusign';
      baseUrl: string;
      oauthUrl: string;
      accountId: string;
      integrationKey: string;
      userId: string;
      privateKeyPem: string;
      webhookKey: string;
    };

export type StorageConfig =
  | { driver: 'file'; dir: string }
  | {
      driver: 's3';
      endpoint: string | undefined;
      region: string;
      bucket: string;
      accessKeyId: string;
      secretAccessKey: string;
      forcePathStyle: boolean;
    };

export type MailConfig = { from: { name: string; address: string } } & (
  | { driver: 'mailbox'; dir: string }
  | {
      driver: 'smtp';
      host: string;
      port: number;
      security: 'tls' | 'starttls' | 'none';
      auth: { user: string; password: string } | null;
    }
  | {
      driver: 'postmark';
      token: string;
      messageStream: string;
      apiUrl: string;
      webhookSecret: string | null;
      webhookHeader: string | null;
    }
);

/** What `npm start` needs to know before there are servers: each address is there, or its embedded part is brought up. */
export type StartConfig = {
  stateDir: string;
  cacheDir: string | undefined;
  port: number;
  publicUrl: string;
  masterKey: string | undefined;
  databaseUrl: string | undefined;
  migrationDatabaseUrl: string | undefined;
  natsUrl: string | undefined;
  temporalAddress: string | undefined;
  temporalNamespace: string;
  temporalUiUrl: string | undefined;
  embeddedPorts: EmbeddedPorts;
};

export type EmbeddedPorts = { postgres: number; nats: number; temporal: number; temporalUi: number };

/** The environment is not one that the product can run with. `problems` has one sentence for each reason. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** @throws ConfigError naming every variable that is wrong or missing, all at once. */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const need = <Name extends SettingName>(name: Name): NonNullable<SettingValues[Name]> => {
    const value = values[name];
    if (value === undefined && !hasProblem(problems, name)) problems.push(missing(name));
    return value as NonNullable<SettingValues[Name]>;
  };
  const stateDir = resolve(values.STATE_DIR);
  if (values.NODE_ENV === 'production') refuseInProduction(values, problems);
  const config: Config = {
    environment: values.NODE_ENV,
    deployment: deploymentOf(values),
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    sentryDsn: values.SENTRY_DSN,
    traces:
      values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : {
            endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
            share: values.OTEL_TRACES_SAMPLER_ARG,
          },
    stateDir,
    masterKeys: need('MASTER_KEY'),
    chromiumPath: values.CHROMIUM_PATH,
    http: { port: values.PORT, publicUrl: publicUrlOf(values), trustedProxies: values.TRUSTED_PROXIES },
    operatorEmails: values.OPERATOR_EMAILS,
    limits: {
      readsPerMinute: values.LIMIT_READS_PER_MINUTE,
      holdsPerMinute: values.LIMIT_HOLDS_PER_MINUTE,
      attemptsPerMinute: values.LIMIT_ATTEMPTS_PER_MINUTE,
    },
    database: {
      url: need('DATABASE_URL'),
      migrationUrl: values.MIGRATION_DATABASE_URL,
      poolSize: values.DATABASE_POOL_SIZE,
    },
    nats: { ...parseNatsServers(need('NATS_URL') ?? ''), replicas: values.NATS_REPLICAS },
    temporal: temporalConfig(values, need('TEMPORAL_ADDRESS')),
    worker: {
      buildId: values.WORKER_BUILD_ID,
      httpPort: values.WORKER_HTTP_PORT,
      queues: values.WORKER_QUEUES,
    },
    signing: signingConfig(values, need),
    timestampAuthorityUrl: values.TIMESTAMP_AUTHORITY_URL,
    timestampRoots: values.TIMESTAMP_AUTHORITY_ROOTS ?? [],
    storage: storageConfig(values, need, stateDir),
    mail: mailConfig(values, need, stateDir),
    logIn: logInOptions(values, need),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** @throws ConfigError */
export function loadStartConfig(env: Environment): StartConfig {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  if (values.DATABASE_URL !== undefined && values.MIGRATION_DATABASE_URL === undefined) {
    problems.push(missing('MIGRATION_DATABASE_URL'));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    stateDir: resolve(values.STATE_DIR),
    cacheDir: values.COUNTERSIGN_CACHE_DIR === undefined ? undefined : resolve(values.COUNTERSIGN_CACHE_DIR),
    port: values.PORT,
    publicUrl: publicUrlOf(values),
    masterKey: values.MASTER_KEY && env['MASTER_KEY'],
    databaseUrl: values.DATABASE_URL,
    migrationDatabaseUrl: values.MIGRATION_DATABASE_URL,
    natsUrl: values.NATS_URL,
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    temporalUiUrl: values.TEMPORAL_UI_URL,
    embeddedPorts: {
      postgres: values.EMBEDDED_POSTGRES_PORT,
      nats: values.EMBEDDED_NATS_PORT,
      temporal: values.EMBEDDED_TEMPORAL_PORT,
      temporalUi: values.EMBEDDED_TEMPORAL_UI_PORT,
    },
  };
}

/** What `migrate` needs: the database as its owner, and Temporal when its address is given. */
export type MigrationConfig = {
  migrationUrl: string;
  deployment: Deployment;
  temporal: TemporalConfig | undefined;
};

/** @throws ConfigError */
export function loadMigrationConfig(env: Environment): MigrationConfig {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  if (values.MIGRATION_DATABASE_URL === undefined) problems.push(missing('MIGRATION_DATABASE_URL'));
  if (problems.length > 0 || values.MIGRATION_DATABASE_URL === undefined) throw new ConfigError(problems);
  const { TEMPORAL_ADDRESS: address } = values;
  return {
    migrationUrl: values.MIGRATION_DATABASE_URL,
    deployment: deploymentOf(values),
    temporal: address === undefined ? undefined : temporalConfig(values, address),
  };
}

/** What `promote` needs: Temporal, and which version of the workers is meant. */
export type PromotionConfig = { temporal: TemporalConfig; buildId: string };

/** @throws ConfigError */
export function loadPromotionConfig(env: Environment): PromotionConfig {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const { TEMPORAL_ADDRESS: address, WORKER_BUILD_ID: buildId } = values;
  if (address === undefined && !hasProblem(problems, 'TEMPORAL_ADDRESS')) problems.push(missing('TEMPORAL_ADDRESS'));
  if (buildId === undefined && !hasProblem(problems, 'WORKER_BUILD_ID'))
    problems.push('WORKER_BUILD_ID is not set: there is no version to promote.');
  if (problems.length > 0 || address === undefined || buildId === undefined) throw new ConfigError(problems);
  return { temporal: temporalConfig(values, address), buildId };
}

/** The configuration of this process. Sentences on stderr and exit code 78 (EX_CONFIG of sysexits.h) when it is wrong. */
export function configOfThisProcess(): Config {
  return orExit(() => loadConfig(processEnvironment()));
}

/** @see configOfThisProcess */
export function migrationConfigOfThisProcess(): MigrationConfig {
  return orExit(() => loadMigrationConfig(processEnvironment()));
}

/** @see configOfThisProcess */
export function startConfigOfThisProcess(): StartConfig {
  return orExit(() => loadStartConfig(processEnvironment()));
}

/** The environment and `.env`. A copy, for passing on to child processes together with what this process decided for them. */
export function processEnvironment(): Environment {
  readEnvFile();
  return { ...process.env };
}

function orExit<Value>(load: () => Value): Value {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The configuration is not complete (see .env.example):\n  ${error.problems.join('\n  ')}\n`);
    process.exit(78);
  }
}

/** An empty variable counts as left out: compose files pass those on. */
function readSettings(env: Environment, problems: string[]): SettingValues {
  const entries = Object.entries(settings as Record<string, Setting>).map(([name, setting]) => {
    const given = env[name] === '' ? undefined : env[name];
    const text = given ?? setting.default;
    if (text === undefined) return [name, undefined];
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) return [name, parsed.data];
    const shown = setting.secret ? 'not right' : JSON.stringify(text);
    problems.push(`${name} is ${shown}: it ${parsed.error.issues[0]?.message ?? 'is not valid'}.`);
    return [name, setting.default === undefined ? undefined : setting.schema.parse(setting.default)];
  });
  return Object.fromEntries(entries) as SettingValues;
}

function missing(name: SettingName): string {
  const { needed, explain }: Setting = settings[name];
  return `${name} is not set${needed === undefined ? '' : ` (needed: ${needed})`}. ${explain}`;
}

function hasProblem(problems: readonly string[], name: SettingName): boolean {
  return problems.some((problem) => problem.startsWith(`${name} is `));
}

function refuseInProduction(values: SettingValues, problems: string[]): void {
  if (values.PUBLIC_URL === undefined) problems.push(missing('PUBLIC_URL'));
  if (values.MAIL_DRIVER === 'mailbox') {
    problems.push(
      'MAIL_DRIVER is "mailbox": in production it must be smtp or postmark, because a mailbox sends nothing.',
    );
  }
}

function deploymentOf(values: SettingValues): Deployment {
  return values.DEPLOYMENT_ENVIRONMENT ?? (values.NODE_ENV === 'production' ? 'production' : 'development');
}

function publicUrlOf(values: SettingValues): string {
  return (values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).replace(/\/+$/, '');
}

function temporalConfig(values: SettingValues, address: string): TemporalConfig {
  return {
    address,
    namespace: values.TEMPORAL_NAMESPACE,
    apiKey: values.TEMPORAL_API_KEY,
    tls: values.TEMPORAL_TLS,
    uiUrl: values.TEMPORAL_UI_URL,
  };
}

type Need = <Name extends SettingName>(name: Name) => NonNullable<SettingValues[Name]>;

function signingConfig(values: SettingValues, need: Need): SigningConfig {
  if (values.SIGNING_PROVIDER === 'builtin') return { provider: 'builtin' };
  return {
    provider: 'docusign',
    baseUrl: need('DOCUSIGN_BASE_URL'),
    oauthUrl: values.DOCUSIGN_OAUTH_URL,
    accountId: need('DOCUSIGN_ACCOUNT_ID'),
    integrationKey: need('DOCUSIGN_INTEGRATION_KEY'),
    userId: need('DOCUSIGN_USER_ID'),
    privateKeyPem: need('DOCUSIGN_PRIVATE_KEY'),
    webhookKey: need('DOCUSIGN_WEBHOOK_KEY'),
  };
}

function storageConfig(values: SettingValues, need: Need, stateDir: string): StorageConfig {
  if (values.STORAGE_DRIVER === 'file') {
    return { driver: 'file', dir: resolve(values.STORAGE_DIR ?? `${stateDir}/documents`) };
  }
  return {
    driver: 's3',
    endpoint: values.S3_ENDPOINT,
    region: values.S3_REGION,
    bucket: need('S3_BUCKET'),
    accessKeyId: need('S3_ACCESS_KEY_ID'),
    secretAccessKey: need('S3_SECRET_ACCESS_KEY'),
    forcePathStyle: values.S3_FORCE_PATH_STYLE,
  };
}

function mailConfig(values: SettingValues, need: Need, stateDir: string): MailConfig {
  const from = mailSender(values.MAIL_FROM);
  if (values.MAIL_DRIVER === 'mailbox') return { from, driver: 'mailbox', dir: `${stateDir}/mailbox` };
  if (values.MAIL_DRIVER === 'postmark') {
    return {
      from,
      driver: 'postmark',
      token: need('POSTMARK_TOKEN'),
      messageStream: values.POSTMARK_MESSAGE_STREAM,
      apiUrl: values.POSTMARK_API_URL,
      webhookSecret: values.POSTMARK_WEBHOOK_SECRET ?? null,
      webhookHeader: values.POSTMARK_WEBHOOK_HEADER ?? null,
    };
  }
  return { from, driver: 'smtp', ...smtpServer(need('SMTP_URL') ?? 'smtp://missing') };
}

function mailSender(text: string): { name: string; address: string } {
  const [, name, address] = /^(.*?)\s*<(.+)>$/.exec(text) ?? [];
  return name === undefined || address === undefined ? { name: 'Countersign', address: text } : { name, address };
}

function smtpServer(text: string) {
  const url = new URL(text);
  const security: 'tls' | 'starttls' | 'none' =
    url.protocol === 'smtps:' ? 'tls' : url.searchParams.get('tls') === 'none' ? 'none' : 'starttls';
  const port = Number(url.port || (security === 'tls' ? 465 : security === 'starttls' ? 587 : 25));
  const user = decodeURIComponent(url.username);
  return {
    host: url.hostname,
    port,
    security,
    auth: user === '' ? null : { user, password: decodeURIComponent(url.password) },
  };
}
