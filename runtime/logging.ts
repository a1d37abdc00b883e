import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { currentTrace } from '#integrations/tracing/trace-context.ts';

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

/** Of pino's levels. */
const errorLevel = 50;

type LoggedError = { error: unknown; message: string; traceId?: string | undefined; bookingId?: string | undefined };

/**
 * JSON lines on stdout, one an event, with the process's name and the ids of the trace and the booking that it is about.
 * @param processName such as `api` or `worker`
 * @param options.report is told of errors that are logged as such
 * @param options.write takes the lines in place of stdout
 */
export function createLogger(
  processName: string,
  level: string,
  options: { report?(logged: LoggedError): void; write?(line: string): void } = {},
): Logger {
  const { report, write } = options;
  const settings: LoggerOptions = {
    level,
    base: { process: processName },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => ({ ...currentTrace() }),
    serializers: { error: withoutData, err: withoutData },
    redact: { paths: secretNames.flatMap(atThreeDepths), censor: '[redacted]' },
    ...(report && {
      hooks: {
        logMethod(parts, method, number) {
          const logged = number >= errorLevel ? errorOf(parts) : null;
          if (logged) report(logged);
          return method.apply(this, parts);
        },
      },
    }),
  };
  const destination: DestinationStream | undefined = write && { write };
  return destination ? pino(settings, destination) : pino(settings);
}

function errorOf(parts: readonly unknown[]): LoggedError | null {
  const [entry, message] = parts as [Record<string, unknown> | undefined, unknown];
  if (typeof entry !== 'object') return null;
  const error = entry['error'] ?? entry['err'];
  if (error === undefined) return null;
  const trace = currentTrace();
  const bookingId = typeof entry['bookingId'] === 'string' ? entry['bookingId'] : trace?.bookingId;
  return { error, message: String(message), traceId: trace?.traceId, bookingId };
}

/** What an error says, not what it carries: a driver's errors have the row and the values of the statement on them. */
function withoutData(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  return {
    type: name,
    message,
    ...(code && { code }),
    stack,
    ...(cause !== undefined && { cause: withoutData(cause) }),
  };
}

function atThreeDepths(name: string): string[] {
  const last = name.startsWith('"') ? `[${name}]` : `.${name}`;
  return [name.startsWith('"') ? `[${name}]` : name, `*${last}`, `*.*${last}`];
}
