import type { ErrorEvent, NodeClient } from '@sentry/node';
import type { Config } from '../config.ts';

/** What nobody expected, on its way to whoever collects errors. */
export type ErrorReport = {
  error: unknown;
  message: string;
  traceId?: string | undefined;
  bookingId?: string | undefined;
};
export type ErrorReports = { report(report: ErrorReport): void; close(): Promise<void> };

const none: ErrorReports = { report: () => {}, close: async () => {} };
const sendTimeoutMs = 2_000;

/**
 * Reports to Sentry, or whatever speaks its protocol, at SENTRY_DSN; the client is loaded only then. Of an error leave its kind, where it
 * happened, the words of our own log line and the ids of trace and booking: never its message, which can name people or carry what they
 * typed, and nothing of requests. The log has the whole of it.
 */
export async function openErrorReports(
  { sentryDsn, deployment }: Pick<Config, 'sentryDsn' | 'deployment'>,
  processName: string,
): Promise<ErrorReports> {
  if (sentryDsn === undefined) return none;
  const { initWithoutDefaultIntegrations, defaultStackParser } = await import('@sentry/node');
  const client: NodeClient | undefined = initWithoutDefaultIntegrations({
    dsn: sentryDsn,
    environment: deployment,
    defaultIntegrations: false,
    integrations: [],
    includeServerName: false,
    maxBreadcrumbs: 0,
    sendClientReports: false,
    beforeSend: onlyOurs,
  });
  if (!client) return none;
  return {
    report: ({ error, message, traceId, bookingId }) => {
      const { type, frames } = describe(error);
      client.captureEvent({
        level: 'error',
        exception: { values: [{ type, value: message, stacktrace: { frames: defaultStackParser(frames) } }] },
        fingerprint: ['{{ default }}', message],
        tags: { process: processName, ...(traceId && { traceId }), ...(bookingId && { bookingId }) },
      });
    },
    close: async () => {
      await client.close(sendTimeoutMs);
    },
  };
}

/** Kind and lines of the stack; its first lines repeat the message, and stay behind. */
function describe(error: unknown): { type: string; frames: string } {
  if (!(error instanceof Error)) return { type: typeof error, frames: '' };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at [\w.<>[\] ]*\(?(file|node|\/)/.test(line));
  return { type: error.name, frames: frames.join('\n') };
}

/** Whatever the client would add by itself stays here. */
function onlyOurs({
  event_id,
  timestamp,
  type,
  platform,
  level,
  environment,
  release,
  exception,
  fingerprint,
  tags,
}: ErrorEvent) {
  return {
    type,
    ...(event_id && { event_id }),
    ...(timestamp && { timestamp }),
    ...(platform && { platform }),
    ...(level && { level }),
    ...(environment && { environment }),
    ...(release && { release }),
    ...(exception && { exception }),
    ...(fingerprint && { fingerprint }),
    ...(tags && { tags }),
  } satisfies ErrorEvent;
}
