import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Where secrets travel: values under these names never reach a log, at the top of an entry or two levels down. */
const secretNames = [
  'authorization',
  'cookie',
  '"set-cookie"',
  'password',
  'token',
  'secret',
  'apiKey',
  'privateKey',
  'masterKey',
  '"idempotency-key"',
];

/**
 * JSON lines on stdout, one an event, with the process's name.
 * @param processName such as `api` or `worker`
 */
export function createLogger(processName: string, level: string): Logger {
  return pino({
    level,
    base: { process: processName },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: secretNames.flatMap(atThreeDepths), censor: '[redacted]' },
  });
}

function atThreeDepths(name: string): string[] {
  const last = name.startsWith('"') ? `[${name}]` : `.${name}`;
  return [name.startsWith('"') ? `[${name}]` : name, `*${last}`, `*.*${last}`];
}
