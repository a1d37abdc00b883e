import { chipShapes, type Chip, type ChipState, type Link, type MailContent, type Row } from './content.ts';
import { escapeHtml } from './safe-text.ts';

/**
 * One sheet of paper, 600 px at most. Styles are inline, because many clients drop style sheets; the sheet in the head only adds what
 * those that keep it can do: dark colours and narrow screens. No picture is loaded. Outlook for Windows, which knows no max-width,
 * gets its width from a conditional table.
 */
type Scheme = Record<'paper' | 'sheet' | 'sunken' | 'ink' | 'soft' | 'line' | 'pen' | 'penInk', string> & {
  chips: Record<ChipState, { ink: string; wash: string }>;
};

const light: Scheme = {
  paper: '#faf9f6',
  sheet: '#ffffff',
  sunken: '#f1efe9',
  ink: '#16181d',
  soft: '#565b66',
  line: '#e2dfd6',
  pen: '#2340c7',
  penInk: '#ffffff',
  chips: {
    held: { ink: '#8a5200', wash: '#fdf2dd' },
    confirmed: { ink: '#17693a', wash: '#e4f5ea' },
    gone: { ink: '#a62323', wash: '#fdecea' },
  },
};

const dark: Scheme = {
  paper: '#14161a',
  sheet: '#1b1e24',
  sunken: '#101216',
  ink: '#eceae4',
  soft: '#a5a9b3',
  line: '#2c3038',
  pen: '#93a6ff',
  penInk: '#0f1430',
  chips: {
    held: { ink: '#f2b860', wash: '#33270f' },
    confirmed: { ink: '#7fd6a0', wash: '#12301e' },
    gone: { ink: '#ff9c94', wash: '#3a1917' },
  },
};

const sans = "Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const serif = "'Source Serif 4',Georgia,'Times New Roman',serif";
const mono = "ui-monospace,Menlo,Consolas,'Liberation Mono',monospace";

export function renderHtml(content: MailContent): string {
  return `<!doctype html>
<html lang="${content.language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${escapeHtml(content.subject)}</title>
<style>${darkStyles()}</style>
</head>
<body class="paper" style="margin:0;padding:0;background-color:${light.paper};-webkit-text-size-adjust:100%;text-size-adjust:100%">
${preheader(content)}
<!--[if mso]><table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<div lang="${content.language}" style="max-width:600px;margin:0 auto;padding:28px 16px 36px;font-family:${sans};font-size:16px;line-height:1.5">
<p class="ink" style="margin:0 0 14px;padding:0 8px;font-family:${serif};font-size:18px;font-weight:600;color:${light.ink}">${user(content.organizationName)}</p>
<div class="sheet" style="background-color:${light.sheet};border:1px solid ${light.line};border-radius:16px;padding:32px">
${content.chip === null ? '' : chip(content.chip)}
<h1 class="ink" style="margin:0 0 18px;font-family:${serif};font-size:26px;line-height:1.2;font-weight:600;color:${light.ink}">${escapeHtml(content.heading)}</h1>
${body(content)}
</div>
<p class="soft" style="margin:18px 0 0;padding:0 8px;font-size:13px;color:${light.soft}">${escapeHtml(content.footer)}</p>
</div>
<!--[if mso]></td></tr></table><![endif]-->
</body>
</html>
`.replace(/\n{2,}/g, '\n');
}

function body(content: MailContent): string {
  const [lead = '', ...further] = content.paragraphs;
  const rows = content.facts.length === 0 ? '' : facts(content.facts);
  const action = content.action === null ? '' : button(content.action);
  return [
    paragraph(content.greeting),
    paragraph(lead),
    content.code === null ? '' : oneTimeCode(content.code),
    ...further.map(paragraph),
    ...(content.isUrgent ? [action, rows] : [rows, action]),
    content.links.length === 0 ? '' : furtherLinks(content.links),
  ].join('\n');
}

/** What the list of mails shows beside the subject; the filler keeps clients from adding the greeting and the footer to it. */
function preheader(content: MailContent): string {
  const hidden =
    'display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;line-height:1px';
  return `<div aria-hidden="true" style="${hidden}">${escapeHtml(content.paragraphs[0] ?? '')}${'&#8199;&#847;'.repeat(40)}</div>`;
}

function chip({ state, word }: Chip): string {
  const { ink, wash } = light.chips[state];
  const style = `display:inline-block;padding:3px 12px 3px 10px;border-radius:999px;background-color:${wash};color:${ink};font-size:13px;line-height:20px;font-weight:600`;
  return `<p style="margin:0 0 14px"><span class="chip-${state}" style="${style}"><span aria-hidden="true">${chipShapes[state]}</span>&nbsp;${escapeHtml(word)}</span></p>`;
}

function paragraph(text: string): string {
  return `<p class="ink" style="margin:0 0 14px;color:${light.ink}">${escapeHtml(text)}</p>`;
}

function oneTimeCode(code: string): string {
  const style = `margin:20px 0;padding:16px 20px;border-radius:10px;background-color:${light.sunken};color:${light.ink};font-family:${mono};font-size:32px;line-height:1.25;font-weight:600;letter-spacing:6px;text-align:center`;
  return `<p class="sunken ink" style="${style}">${escapeHtml(code)}</p>`;
}

function facts(rows: Row[]): string {
  const shown = rows.map(
    ({ label, lines, strongLines = 1 }) =>
      `<dt class="soft" style="margin:14px 0 0;font-size:13px;line-height:1.4;color:${light.soft}">${escapeHtml(label)}</dt>\n` +
      `<dd class="ink" style="margin:0;color:${light.ink};font-variant-numeric:tabular-nums">${lines.map((line, index) => factLine(line, index < strongLines)).join('<br>')}</dd>`,
  );
  return `<dl class="line" style="margin:22px 0 0;padding:4px 0 0;border-top:1px solid ${light.line}">\n${shown.join('\n')}\n</dl>`;
}

/** A line that is a web address (a video room) is a link. */
function factLine(line: string, isStrong: boolean): string {
  if (/^https?:\/\/\S+$/.test(line) && URL.canParse(line)) return anchor({ label: line, url: new URL(line).href });
  if (isStrong) return `<strong style="font-weight:600">${user(line)}</strong>`;
  return `<span class="soft" style="color:${light.soft}">${user(line)}</span>`;
}

function button({ label, url }: Link): string {
  const style = `display:inline-block;padding:13px 24px;border-radius:10px;background-color:${light.pen};color:${light.penInk};font-weight:600;line-height:20px;text-decoration:none;mso-padding-alt:13px 24px`;
  return `<p style="margin:28px 0 0"><a class="button" href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

/** Each link keeps to one line and is 44 px high, for thumbs. */
function furtherLinks(links: Link[]): string {
  const style = 'display:inline-block;margin:0 20px 0 0;padding:11px 0;line-height:22px';
  const shown = links.map((link) => `<span style="${style}">${anchor(link)}</span>`);
  return `<p style="margin:14px 0 -10px;font-size:14px">${shown.join('\n')}</p>`;
}

function anchor({ label, url }: Link): string {
  return `<a class="pen" href="${escapeHtml(url)}" style="color:${light.pen};text-decoration:underline">${escapeHtml(label)}</a>`;
}

/** What people typed, in its own direction: a right-to-left name does not turn its neighbours around. */
function user(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

function darkStyles(): string {
  const rules = [
    `.paper{background-color:${dark.paper}!important}`,
    `.sheet{background-color:${dark.sheet}!important;border-color:${dark.line}!important}`,
    `.sunken{background-color:${dark.sunken}!important}`,
    `.ink{color:${dark.ink}!important}`,
    `.soft{color:${dark.soft}!important}`,
    `.line{border-color:${dark.line}!important}`,
    `.pen{color:${dark.pen}!important}`,
    `.button{background-color:${dark.pen}!important;color:${dark.penInk}!important}`,
    ...Object.entries(dark.chips).map(
      ([state, { ink, wash }]) => `.chip-${state}{background-color:${wash}!important;color:${ink}!important}`,
    ),
  ];
  return `:root{color-scheme:light dark}@media (max-width:480px){.sheet{padding:24px 20px!important}}@media (prefers-color-scheme:dark){${rules.join('')}}`;
}
