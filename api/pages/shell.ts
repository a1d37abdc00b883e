import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a page's head says of it where no script runs: in a message's preview of the link, in a search engine. */
export type Head = { title: string; description: string };
/** The page's first answers, by the id of the element that carries them; each is JSON. */
export type Opening = Readonly<Record<string, string>>;

type Files = { scripts: string[]; styles: string[] };
type Built = { html: string; files: Record<string, Files>; inlineScripts: string[] };
/** `inlineScripts`: what the content security policy has to allow of it, as sources of `script-src`. */
type Page = { html: string; inlineScripts: readonly string[] };

export type Shell = {
  /** The first pattern of the pages that the path fits; null when it is no page's. */
  patternOf(path: string): Promise<string | null>;
  /** The page's HTML with what it will need named in its head, and what it will ask for in its body. Null: nothing is built. */
  render(asked: {
    pattern: string | null;
    locale: string;
    head?: Head;
    opening?: Opening;
    /** The page should begin traces. */
    isTraced?: boolean;
  }): Promise<Page | null>;
};

/** The built index.html, read anew when another build has taken its place. */
export function createShell(webRoot: string): Shell {
  let known: { changedAt: number; built: Promise<Built | null> } | null = null;
  const read = async (): Promise<Built | null> => {
    const changedAt = await stat(join(webRoot, 'index.html')).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (changedAt === null) return null;
    if (known?.changedAt !== changedAt) known = { changedAt, built: readBuilt(webRoot) };
    return known.built;
  };
  return {
    patternOf: async (path) => {
      const built = await read();
      return [...Object.keys(built?.files ?? {}), bookingPagePattern].find((pattern) => fits(pattern, path)) ?? null;
    },
    render: async ({ pattern, locale, head, opening = {}, isTraced = false }) => {
      const built = await read();
      if (built === null) return null;
      const files = [built.files[pattern ?? ''], built.files[`lang:${locale}`]].filter((each) => each !== undefined);
      const links = [...(isTraced ? ['<meta name="traces">'] : []), ...files.flatMap(linksTo)];
      const data = Object.entries(opening).map(
        ([id, json]) =>
          `<script type="application/json" id="${escaped(id)}">${json.replaceAll('<', '\\u003c')}</script>`,
      );
      const named = head === undefined ? built.html : withHead(built.html, head);
      const html = named
        .replace('</head>', () => `${[...new Set(links)].join('')}</head>`)
        .replace('<div id="app">', (app) => `${data.join('')}${app}`);
      return { html, inlineScripts: built.inlineScripts };
    },
  };
}

/** The one page whose files are the first ones. */
export const bookingPagePattern = '/:hostSlug/:meetingTypeSlug';
export const hostPagePattern = '/:hostSlug';

async function readBuilt(webRoot: string): Promise<Built> {
  const [html = '', files = '{}'] = await Promise.all(
    ['index.html', 'pages.json'].map((name) => readFile(join(webRoot, name), 'utf8')),
  );
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = '']) => text);
  return { html, files: JSON.parse(files) as Built['files'], inlineScripts: scripts.map(sourceOf) };
}

/** A script by its hash, as a content security policy names it (CSP Level 3, 2.3.1). */
const sourceOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern, path].map((text) => text.split('/').filter(Boolean));
  return (
    pattern.startsWith('/') &&
    wanted?.length === given?.length &&
    wanted?.every((part, index) => part.startsWith(':') || part === given?.[index]) === true
  );
}

/** `crossorigin` as the page's own script has it: another mode would fetch the file a second time. */
function linksTo({ scripts, styles }: Files): string[] {
  return [
    ...scripts.map((href) => `<link rel="modulepreload" crossorigin href="${href}">`),
    ...styles.map((href) => `<link rel="stylesheet" crossorigin href="${href}">`),
  ];
}

function withHead(html: string, { title, description }: Head): string {
  const [name, words] = [escaped(title), escaped(description)];
  const preview = `<meta property="og:title" content="${name}"><meta property="og:description" content="${words}">`;
  return html
    .replace(/<title>[^<]*<\/title>/, () => `<title>${name}</title>${preview}`)
    .replace(/(<meta name="description" content=")[^"]*/, (_, start: string) => start + words);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
