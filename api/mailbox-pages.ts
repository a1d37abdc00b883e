import type { Router } from 'express';
import type { ApiParts } from './parts.ts';
import { Refused } from './problem.ts';

/** The local mailbox in a browser: what mails would have said, when no mail server is configured. Plain pages without script. */
export function mountMailbox(router: Router, parts: ApiParts): void {
  const { mailbox } = parts;
  if (!mailbox) return;
  router.get('/mailbox', async (_request, response) => {
    const entries = await mailbox.list();
    const rows = entries.map(
      ({ id, to, subject, date, hasAttachments }) =>
        `<li><a href="/mailbox/${encodeURIComponent(id)}"><b>${escape(subject)}</b><span>${escape(`${to.name} <${to.address}>`)}</span>` +
        `<time>${date.toISOString().replace('T', ' ').slice(0, 16)} UTC</time>${hasAttachments ? '<em>with attachments</em>' : ''}</a></li>`,
    );
    response
      .type('html')
      .send(page('Mailbox', `<h1>Mailbox</h1>${rows.length ? `<ul>${rows.join('')}</ul>` : '<p>No mail yet.</p>'}`));
  });
  router.get('/mailbox/:id', async (request, response) => {
    const message = await mailbox.read(request.params.id);
    if (!message) throw new Refused('not_found');
    const path = `/mailbox/${encodeURIComponent(request.params.id)}`;
    const files = message.attachments.map(
      ({ filename, contentType }, index) =>
        `<li><a href="${path}/attachments/${index}">${escape(filename ?? 'attachment')}</a> ${escape(contentType)}</li>`,
    );
    const body = `<p><a href="/mailbox">All mails</a></p><h1>${escape(message.subject)}</h1><p>To ${escape(`${message.to.name} <${message.to.address}>`)}</p>
      ${files.length ? `<ul>${files.join('')}</ul>` : ''}<p><a href="${path}/source">Source (.eml)</a></p>
      <iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation" src="${path}/html"></iframe>`;
    response.type('html').send(page(message.subject, body));
  });
  router.get('/mailbox/:id/html', async (request, response) => {
    const message = await mailbox.read(request.params.id);
    if (!message) throw new Refused('not_found');
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    );
    response.removeHeader('X-Frame-Options');
    const html = (message.html ?? `<pre>${escape(message.text ?? '')}</pre>`).replace(
      /<head>/i,
      '<head><base target="_top">',
    );
    response.type('html').send(html);
  });
  router.get('/mailbox/:id/source', async (request, response) => {
    const message = await mailbox.read(request.params.id);
    if (!message) throw new Refused('not_found');
    response.type('message/rfc822').attachment(`${request.params.id}.eml`).send(Buffer.from(message.raw));
  });
  router.get('/mailbox/:id/attachments/:index', async (request, response) => {
    const message = await mailbox.read(request.params.id);
    const attachment = message?.attachments[Number(request.params.index)];
    if (!attachment) throw new Refused('not_found');
    response
      .type(attachment.contentType)
      .attachment(attachment.filename ?? 'attachment')
      .send(Buffer.from(attachment.content));
  });
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="stylesheet" href="/mailbox.css"></head><body><main>${body}</main></body></html>`;
}

/** Served beside the pages: the content security policy allows no inline style. */
export const mailboxStyles = `:root{color-scheme:light dark}body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#faf9f6,#14161a);color:light-dark(#16181d,#eceae4)}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem}h1{font:600 1.5rem ui-serif,Georgia,serif}ul{list-style:none;padding:0}
a{color:light-dark(#2340c7,#93a6ff)}li a{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.75rem 0;border-bottom:1px solid light-dark(#e2dfd6,#2c3038);text-decoration:none;min-height:2.75rem;align-items:center}
li b{flex:1 1 100%}span,time,em{font-size:.875rem;color:light-dark(#565b66,#a5a9b3)}iframe{width:100%;height:44rem;border:1px solid light-dark(#e2dfd6,#2c3038);background:#fff}`;

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
