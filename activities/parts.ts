import type { Mailer } from '#integrations/mail/mailer.ts';
import type { PdfRenderer } from '#integrations/pdf/renderer.ts';
import type { SigningProvider } from '#integrations/signing/provider.ts';
import type { DocumentVault } from '#integrations/storage/vault.ts';
import type { Clock } from '#db/clock.ts';
import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import type { FactPublisher } from './publish-facts.ts';

/** What activities work with; made once per worker process. */
export type Parts = {
  database: Database;
  /** The database's. */
  clock: Clock;
  cipher: PersonalCipher;
  facts: FactPublisher;
  vault: DocumentVault;
  renderer: PdfRenderer;
  signing: SigningProvider;
  mailer: Mailer;
  mailFrom: { name: string; address: string };
  /** Without a slash at the end. */
  publicUrl: string;
  /** Starts the sending of a mail that is about no booking, if nobody is at it. */
  sendAccountMail(messageId: string): Promise<void>;
  /** Tells a booking's workflow to look at the stored state; starts one when there is none. */
  nudge(bookingId: string): Promise<void>;
  /** Of these bookings, those whose workflow runs. */
  running(bookingIds: readonly string[]): Promise<readonly string[]>;
  /** Gives a booking whose workflow cannot go on a new run. @returns whether it did. */
  revive(bookingId: string): Promise<boolean>;
  meter: WorkerMeter;
  log: Log;
};

/** What is told of the work while it is done, for the metrics: kinds and durations, nothing of whose it was. */
export type WorkerMeter = {
  activityEnded(activity: { activity: string; outcome: 'done' | 'failed'; seconds: number }): void;
  /** A signature was taken in, so long after its hold began. */
  signed(seconds: number): void;
};

export type Log = {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
};
