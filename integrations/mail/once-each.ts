import { LRUCache } from 'lru-cache';
import type { Mailer, SendOutcome } from './mailer.ts';

/** Far more than one process sends between a mail and the note of it. */
const rememberedMails = 10_000;

/**
 * The same mailer, which hands each mail over once: asked again while it is at it, or because what it answered could not be written down (the
 * database was away), it answers the same. For as long as this process lives; after a crash a mail may leave twice, under the same Message-ID.
 */
export function onceEach(mailer: Mailer): Mailer {
  const handedOver = new LRUCache<string, Promise<SendOutcome>>({ max: rememberedMails });
  return {
    name: mailer.name,
    send: (mail) => {
      const before = handedOver.get(mail.messageKey);
      if (before) return before;
      const sending = mailer.send(mail);
      handedOver.set(mail.messageKey, sending);
      // A passing failure is for the next try.
      sending.catch(() => handedOver.delete(mail.messageKey));
      return sending;
    },
    close: () => mailer.close(),
  };
}
