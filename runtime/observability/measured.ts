import type { Mailer } from '#integrations/mail/mailer.ts';
import type { PdfRenderer } from '#integrations/pdf/renderer.ts';
import type { SigningProvider } from '#integrations/signing/provider.ts';
import type { Metrics } from './metrics.ts';

/** The same parts, measured: who works with them need not know. */
export function measuredRenderer(renderer: PdfRenderer, { pdfs }: Metrics): PdfRenderer {
  return {
    ...renderer,
    render: (input) => timed(renderer.render(input), (outcome, seconds) => pdfs.observe({ outcome }, seconds)),
  };
}

export function measuredSigning(signing: SigningProvider, { seals }: Metrics): SigningProvider {
  return {
    ...signing,
    fetchCompleted: (envelope) =>
      timed(signing.fetchCompleted(envelope), (outcome, seconds) =>
        seals.observe({ provider: signing.name, outcome }, seconds),
      ),
  };
}

export function measuredMailer(mailer: Mailer, { mails }: Metrics): Mailer {
  const count = (outcome: string) => mails.inc({ provider: mailer.name, outcome });
  return {
    ...mailer,
    send: async (mail) => {
      try {
        const sent = await mailer.send(mail);
        count(sent.outcome);
        return sent;
      } catch (error) {
        count('failed');
        throw error;
      }
    },
  };
}

async function timed<T>(work: Promise<T>, ended: (outcome: 'done' | 'failed', seconds: number) => void): Promise<T> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const result = await work;
    ended('done', seconds());
    return result;
  } catch (error) {
    ended('failed', seconds());
    throw error;
  }
}
