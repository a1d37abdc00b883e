import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { sealPdf } from '#integrations/signing/builtin/seal.ts';
import type { OrganizationKeys } from '#integrations/signing/builtin/authority.ts';
import type { Envelope } from './envelopes.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** What a signer sees in place of DocuSign's page: sign, or decline with a reason. */
export const signingPage = ({ emailSubject, documentName, signer }: Envelope, token: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign</title>
<style>body{font:16px/1.5 system-ui;margin:2rem;max-width:32rem}button{font:inherit;padding:.6rem 1rem}textarea{display:block;width:100%}</style>
</head><body><h1>${escaped(documentName)}</h1><p>${escaped(emailSubject)}</p><p>${escaped(signer.name)}, ${escaped(signer.email)}</p>
<form method="post" action="/signing/${token}"><button name="act" value="sign">Finish</button></form>
<form method="post" action="/signing/${token}"><label>Reason <textarea name="reason"></textarea></label>
<button name="act" value="decline">Decline to sign</button></form></body></html>`;

/** The document with a certificate page behind it, sealed by a key of this server's. */
export const combinedDocument = async (
  envelope: Envelope,
  keys: OrganizationKeys,
  certificate: boolean,
): Promise<Uint8Array> => {
  const document = await PDFDocument.load(envelope.pdf);
  if (certificate) {
    const font = await document.embedFont(StandardFonts.Helvetica);
    const page = document.addPage();
    const lines = ['Certificate Of Completion', `Envelope Id: ${envelope.envelopeId}`, `Status: ${envelope.status}`];
    lines.forEach((line, index) => page.drawText(line, { x: 60, y: 760 - index * 24, size: 14, font }));
  }
  return sealPdf({
    pdf: await document.save(),
    signingKey: keys.signing,
    name: 'DocuSign test server',
    reason: 'Digitally verifiable PDF exported from a test server',
    location: '',
    signedAt: new Date(envelope.completedDateTime ?? envelope.statusChangedDateTime),
    timestampAuthority: null,
  });
};
