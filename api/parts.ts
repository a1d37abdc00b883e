import type { BookingContext } from '#db/queries/booking-context.ts';
import type { Clock } from '#db/clock.ts';
import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import type { Actor } from '#db/queries/audit.ts';
import type { MailboxEntry, MailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import type { MailWebhookReading } from '#integrations/mail/postmark-webhook.ts';
import type { LogInProvider } from '#integrations/log-in/provider.ts';
import type { SigningProvider } from '#integrations/signing/provider.ts';
import type { DocumentVault } from '#integrations/storage/vault.ts';
import type { NdaText } from './nda-text.ts';
import type { BookingEngine } from './engine.ts';
import type { ProblemCode } from '#contract/problems.ts';
import type { Verification } from '#contract/verification.ts';
import type { HoldOutcome } from '#workflows/booking/effects.ts';
import type { Errands } from './errands.ts';
import type { HeldNews } from './held-news.ts';
import type { PageViews } from './page-views.ts';
import type { Relay } from './relay/relay.ts';
import type { SlotsMemory } from './slots-memory.ts';

export type ApiLog = {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
};

/** What a file says of itself; whether it is known here, the route adds. */
export type PdfReport = Omit<Verification, 'known'>;

/** What the API works with; made once per process. */
export type ApiParts = {
  database: Database;
  /** The database's: nothing here is decided by the clock of the machine. */
  clock: Clock;
  cipher: PersonalCipher;
  engine: BookingEngine;
  relay: Relay;
  slotsMemory: SlotsMemory;
  heldNews: HeldNews;
  pageViews: PageViews;
  errands: Errands;
  vault: DocumentVault;
  signing: SigningProvider;
  /** Gives the organization the next keys to seal with. */
  rotateSigningKey(
    organization: { id: string; name: string },
    options: { actor: Actor; reason: 'routine' | 'lost' },
  ): Promise<unknown>;
  /** Other sites through which one can log in; none where none is configured. */
  logInProviders: readonly LogInProvider[];
  ndaText: NdaText;
  /** The invite as calendars read it. */
  inviteText(context: BookingContext, method: 'PUBLISH' | 'CANCEL'): string;
  /** Checks a sealed PDF with nothing but its bytes; roots are the certificates (PEM) that count as known. */
  verifyPdf(file: Uint8Array, rootsPem: readonly string[]): Promise<PdfReport>;
  /** The local mailbox, when that is where mails go. */
  mailbox: { list(): Promise<MailboxEntry[]>; read(id: string): Promise<MailboxMessage | null> } | null;
  /** What Postmark says of mails; null when mail does not leave through it, or its webhooks have no secret. */
  readMailWebhook:
    ((rawBody: Uint8Array, headers: Readonly<Record<string, string | undefined>>) => MailWebhookReading) | null;
  publicUrl: string;
  /** Accounts with these addresses (lower case), once confirmed, run the installation. */
  operatorEmails: ReadonlySet<string>;
  temporalUiUrl: string | null;
  temporalNamespace: string;
  /** How many proxies stand before this process: decides whose address a request counts for. */
  trustedProxies: number;
  limits: RateLimits;
  /** Spans are sent: pages should tell theirs. */
  isTraced: boolean;
  /** Of each dependency, by name, for GET /health/ready. */
  checks: Readonly<Record<string, HealthCheck>>;
  meter: ApiMeter;
  log: ApiLog;
};

export type HealthCheck = {
  /** Without it nothing can be served. */
  isEssential?: true;
  /** Resolves to why it is behind, or to nothing. @throws when it does not answer. */
  run(): Promise<'facts_wait' | 'mails_wait' | 'steps_keep_failing' | void>;
};

/** What is told of requests while they are answered, for the metrics: kinds and durations, nothing of whose they were. */
export type ApiMeter = {
  requestAnswered(request: { route: string; status: string; seconds: number }): void;
  holdDecided(outcome: HoldOutcome['outcome']): void;
  refused(code: ProblemCode): void;
};

/** Requests per minute and address, by what they cost. */
export type RateLimits = { readsPerMinute: number; holdsPerMinute: number; attemptsPerMinute: number };
