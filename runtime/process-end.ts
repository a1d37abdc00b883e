import type { Logger } from './logging.ts';

/** Ends this process in good order on SIGTERM or SIGINT, once; what nobody caught is logged before it ends it. */
export function endWith(log: Logger, close: () => Promise<void>): void {
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ err: error }, 'could not end in good order');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(0));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught');
    end(1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a rejection that nobody caught');
    end(1);
  });
}
