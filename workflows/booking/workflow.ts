import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { documents, lasting, mail, nameOfFailure, quick } from './calls.ts';
import type { ChangeOutcome, HoldOutcome, NextStep, OperatorChange, Progress } from './effects.ts';
import * as messages from './messages.ts';

/**
 * One booking, from the request to the end of its meeting. What happens next is decided from the stored state (domain/booking/next-step.ts) by
 * whichever activity ran last; this workflow performs it, waits for time or news, and begins again:
 *
 *   hold ─▶ create_agreement ─▶ send_envelope ─▶ wait ─▶ collect_signed ─▶ confirm ─▶ wait (remind …) ─▶ complete ─▶ finish
 *                                                  └─▶ expire | declined | canceled ─▶ void_envelope ─▶ finish
 *
 * What holds: the database has the truth, so a run that begins with `resume` is as good as one that saw everything. A step that keeps
 * failing is said to need attention, and is tried again later or on `retry`; mails leave beside the steps, so that a mail server that is
 * down delays nobody's confirmation.
 */
export async function bookingWorkflow(input: messages.BookingInput): Promise<void> {
  const life = new BookingLife(input.bookingId);
  setHandler(messages.hold, () => life.hold());
  setHandler(messages.change, (requestId) => life.change(requestId));
  for (const [definition, kind] of operatorUpdates) setHandler(definition, () => life.changeAsOperator(kind));
  setHandler(messages.news, () => life.wake());
  await life.live(input.resume);
}

const operatorUpdates: readonly (readonly [typeof messages.cancel, OperatorChange])[] = [
  [messages.cancel, 'cancel'],
  [messages.release, 'release'],
  [messages.resend, 'resend'],
  [messages.retry, 'retry'],
];

const minute = 60_000;
/** How long a failing step rests before it is tried again by itself. */
const rests = [1, 2, 5, 10, 15].map((minutes) => minutes * minute);

/** The first that said which it is: what it does needs no mark of its own in the history. */
const firstSaidVersion = 3;

class BookingLife {
  private readonly bookingId: string;
  private progress: Progress | null = null;
  private holdFailed = false;
  /** Rises with whatever may have changed the booking from outside the main loop. */
  private newsCount = 0;
  /** What `newsCount` was when the reading of `progress` began: later news may not be in it. */
  private newsRead = 0;
  private readonly mailsUnderWay = new Set<string>();
  /** Mails that were refused or sent in this run: a progress read before the fact may still list them. */
  private readonly mailsDone = new Set<string>();
  private readonly troubles = new Map<string, string>();
  private shown = '';
  /** The newest code that a step of this run has said to be of: by it the run goes on. */
  private codeVersion = 0;

  constructor(bookingId: string) {
    this.bookingId = bookingId;
  }

  async hold(): Promise<HoldOutcome> {
    const newsBefore = this.newsCount;
    try {
      const { hold, progress } = await quick.holdSlot(this.bookingId);
      this.learn(progress, newsBefore);
      return hold;
    } catch (error) {
      // The caller is told to try again: the row is still a request, and a new run takes it from there.
      this.holdFailed = true;
      throw error;
    }
  }

  async change(requestId: string): Promise<ChangeOutcome> {
    const newsBefore = this.newsCount;
    const { change, progress } = await quick.applyChange(requestId);
    this.learn(progress, newsBefore);
    return change;
  }

  async changeAsOperator(kind: OperatorChange): Promise<ChangeOutcome> {
    return this.change(await quick.requestOperatorChange(this.bookingId, kind));
  }

  wake(): void {
    this.newsCount += 1;
  }

  async live(resume: boolean): Promise<void> {
    if (resume) await this.read();
    else await this.untilHeldOrOver();
    while (this.progress !== null) {
      if (this.isAttentionOutdated(this.progress)) {
        this.troubles.clear();
        await this.clearAttention();
      }
      const { next } = this.progress;
      this.show(this.progress);
      this.sendMails(this.progress);
      if (next.do === 'finish') {
        if (await this.isDone()) return;
      } else if (next.do === 'wait') {
        await this.waitUntil(Date.parse(next.until));
      } else {
        await this.perform(next);
      }
      if (workflowInfo().continueAsNewSuggested && this.mailsUnderWay.size === 0) await this.startOver();
    }
  }

  /** The update `hold` says how it went. Should it never arrive, the request is ended by a sweep, and news tells of it. */
  private async untilHeldOrOver(): Promise<void> {
    const isDecided = () => this.progress !== null || this.holdFailed;
    for (let newsRead = 0; !isDecided();) {
      const newsBefore = this.newsUnread(newsRead);
      await condition(() => isDecided() || this.newsCount !== newsBefore);
      if (isDecided()) break;
      newsRead = this.newsCount;
      const stored = await lasting.readProgress(this.bookingId);
      if (stored.status !== 'requested' && this.progress === null) this.hear(stored);
    }
    await condition(allHandlersFinished);
  }

  /** Said of a step that is not to be done any more: the booking ended meanwhile, or the mails have left. */
  private isAttentionOutdated({ attention, next, pendingMessageIds }: Progress): boolean {
    if (attention === null) return false;
    return attention.step === 'send_mail'
      ? pendingMessageIds.every((id) => this.mailsDone.has(id))
      : attention.step !== next.do;
  }

  private async read(): Promise<Progress> {
    const newsBefore = this.newsCount;
    const progress = await lasting.readProgress(this.bookingId);
    this.newsRead = newsBefore;
    return this.hear(progress);
  }

  /**
   * From which count on news wakes: with news that came after `read` it wakes at once. Runs from before this was asked slept through news
   * that came while they were reading, and are replayed as they went.
   */
  private newsUnread(read: number): number {
    return this.newsCount !== read && patched('news-while-reading') ? read : this.newsCount;
  }

  /**
   * What a change from outside the main loop has led to. When nothing else came meanwhile, there is nothing to read after it.
   */
  private learn(progress: Progress, newsBefore: number): void {
    this.hear(progress);
    const isAll = this.newsCount === newsBefore && this.hasFewerSteps();
    this.newsCount += 1;
    if (isAll) this.newsRead = this.newsCount;
  }

  private hear(progress: Progress): Progress {
    this.codeVersion = Math.max(this.codeVersion, progress.codeVersion ?? 0);
    return (this.progress = progress);
  }

  /** Runs from before version 2 read once more what a change had answered, and sent each mail by itself; they are replayed as they went. */
  private hasFewerSteps(): boolean {
    return this.codeVersion >= firstSaidVersion || patched('fewer-steps');
  }

  private async clearAttention(): Promise<void> {
    const newsBefore = this.newsCount;
    this.hear(await lasting.clearAttention(this.bookingId));
    // What came meanwhile may be newer than this.
    if (this.newsCount !== newsBefore) this.newsRead = newsBefore;
  }

  private async perform(step: Exclude<NextStep, { do: 'wait' }>): Promise<void> {
    const newsBefore = this.newsCount;
    try {
      const progress = await this.effectOf(step);
      this.troubles.delete(step.do);
      if (this.newsCount !== newsBefore) {
        await this.read();
      } else {
        this.hear(progress);
        this.newsRead = newsBefore;
      }
    } catch (error) {
      await this.suffer(step.do, nameOfFailure(error));
      await this.read();
    }
  }

  private effectOf(step: Exclude<NextStep, { do: 'wait' }>): Promise<Progress> {
    switch (step.do) {
      case 'hold':
        return lasting.holdSlot(this.bookingId).then(({ progress }) => progress);
      case 'create_agreement':
        return documents.createAgreement(this.bookingId);
      case 'send_envelope':
        return documents.sendEnvelope(this.bookingId);
      case 'collect_signed':
        return documents.collectSigned(this.bookingId);
      case 'void_envelope':
        return documents.voidEnvelope(this.bookingId);
      case 'confirm':
        return lasting.confirmBooking(this.bookingId);
      case 'expire':
        return lasting.expireHold(this.bookingId);
      case 'remind':
        return lasting.remind(this.bookingId, step.minutes);
      case 'complete':
        return lasting.completeBooking(this.bookingId);
      case 'finish':
        return lasting.readProgress(this.bookingId);
    }
  }

  /** Says that a step needs attention, then rests until somebody helps, something changes, or the rest is over. */
  private async suffer(step: string, reason: string): Promise<void> {
    const attempt = Number(this.troubles.get(step) ?? 0);
    this.troubles.set(step, String(attempt + 1));
    const newsRead = this.newsCount;
    this.show(await lasting.flagAttention(this.bookingId, step, reason));
    const newsBefore = this.newsUnread(newsRead);
    await condition(() => this.newsCount !== newsBefore, rests[Math.min(attempt, rests.length - 1)] ?? minute);
  }

  private async waitUntil(instant: number): Promise<void> {
    const newsBefore = this.newsUnread(this.newsRead);
    // A little at least: the database's clock decides, and may be behind this one.
    const isNews = await condition(() => this.newsCount !== newsBefore, Math.max(instant - Date.now(), 100));
    const isRead = isNews && this.newsRead === this.newsCount;
    if (!isRead) await this.read();
  }

  /** What one change asks for leaves in one step. */
  private sendMails(progress: Progress): void {
    const asked = progress.pendingMessageIds.filter((id) => !this.mailsUnderWay.has(id) && !this.mailsDone.has(id));
    if (asked.length === 0) return;
    for (const id of asked) this.mailsUnderWay.add(id);
    if (this.hasFewerSteps()) void this.untilSent(asked, () => mail.sendMails(asked));
    else for (const id of asked) void this.untilSent([id], () => mail.sendMail(id));
  }

  private async untilSent(messageIds: readonly string[], send: () => Promise<void>): Promise<void> {
    for (let isSent = false; !isSent;) {
      try {
        await send();
        isSent = true;
      } catch (error) {
        await this.suffer('send_mail', nameOfFailure(error));
      }
    }
    for (const id of messageIds) {
      this.mailsDone.add(id);
      this.mailsUnderWay.delete(id);
    }
    // The last of them ends the trouble: the main loop should look.
    if (this.troubles.has('send_mail') || this.progress?.attention?.step === 'send_mail') this.wake();
  }

  /** Nothing is under way, and nothing has come meanwhile. */
  private async isDone(): Promise<boolean> {
    const newsBefore = this.newsCount;
    await condition(() => allHandlersFinished() && this.mailsUnderWay.size === 0);
    const { next, pendingMessageIds } = await this.read();
    const isQuiet = this.newsCount === newsBefore && pendingMessageIds.every((id) => this.mailsDone.has(id));
    return isQuiet && next.do === 'finish' && allHandlersFinished();
  }

  private async startOver(): Promise<void> {
    await condition(allHandlersFinished);
    await continueAsNew<typeof bookingWorkflow>({ bookingId: this.bookingId, resume: true });
  }

  /** What operators see and search by; written when it changes. */
  private show(progress: Progress): void {
    const { status, ndaStatus, startsAt, attention, next } = progress;
    const shown = JSON.stringify([status, ndaStatus, startsAt, attention, next]);
    if (shown === this.shown) return;
    this.shown = shown;
    upsertSearchAttributes([
      { key: messages.searchAttributes.bookingStatus, value: status },
      { key: messages.searchAttributes.ndaStatus, value: ndaStatus },
      { key: messages.searchAttributes.startsAt, value: new Date(startsAt) },
      { key: messages.searchAttributes.needsAttention, value: attention !== null },
      {
        key: messages.searchAttributes.attentionReason,
        value: attention ? `${attention.step}: ${attention.reason}` : 'none',
      },
    ]);
    const trouble = attention
      ? `\n\n**Needs attention:** step \`${attention.step}\` fails with \`${attention.reason}\`. Send the update \`retry\` when the cause is gone, or \`release\` to let the slot go.`
      : '';
    setCurrentDetails(
      `Booking **${status}**, NDA **${ndaStatus}**, meeting at ${startsAt}. Next: \`${next.do}\`${'until' in next ? ` until ${next.until}` : ''}.${trouble}`,
    );
  }
}
