import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { Plugin } from 'vite';

type PageFiles = Record<string, { scripts: string[]; styles: string[] }>;
type Chunk = {
  type: 'chunk';
  fileName: string;
  isEntry: boolean;
  facadeModuleId: string | null;
  imports: string[];
  viteMetadata?: { importedCss: Set<string> };
};
type Bundle = Record<string, Chunk | { type: 'asset'; fileName: string }>;

const lazyView = /'(\/[^']*)': \(\) => import\('\.\/([^']+)'\)/g;
const language = 'messages/de.ts';

/**
 * Writes `pages.json`: by address pattern, the files that its page needs besides the first ones, in the order of the routes. The server
 * names them in the head, so that they are fetched beside the first file and not after it has run. `lang:de` stands for the language.
 */
export function pageFiles(): Plugin {
  return {
    name: 'page-files',
    apply: 'build',
    generateBundle(_options, output) {
      const bundle = output as unknown as Bundle;
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(filesByPattern(bundle)) });
    },
  };
}

function filesByPattern(bundle: Bundle): PageFiles {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const first = new Set(chunks.filter(({ isEntry }) => isEntry).flatMap((entry) => reachable(entry, bundle)));
  const needs = (source: string) => {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === join(import.meta.dirname, source));
    if (chunk === undefined) throw new Error(`${relative(process.cwd(), source)} has become no file of its own.`);
    const own = reachable(chunk, bundle).filter((each) => !first.has(each));
    const styles = own.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
    return { scripts: own.map(({ fileName }) => `/${fileName}`), styles: styles.map((fileName) => `/${fileName}`) };
  };
  const routes = readFileSync(join(import.meta.dirname, 'routes.ts'), 'utf8');
  const pages = [...routes.matchAll(lazyView)].map(([, pattern = '', view = '']) => [pattern, needs(view)] as const);
  return Object.fromEntries([...pages, ['lang:de', needs(language)] as const]);
}

function reachable(chunk: Chunk, bundle: Bundle, found = new Set<Chunk>()): Chunk[] {
  found.add(chunk);
  for (const name of chunk.imports) {
    const next = bundle[name];
    if (next?.type === 'chunk' && !found.has(next)) reachable(next, bundle, found);
  }
  return [...found];
}

const compressible = /\.(js|css)$/;

/** A `.br` beside each script and style, squeezed as far as it goes: once, and not per request. */
export function squeezed(): Plugin {
  return {
    name: 'squeezed',
    apply: 'build',
    // Of what is on the disk in the end: later plugins still change what a chunk says.
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => compressible.test(name));
      await Promise.all(names.map((name) => squeeze(join(dir, name))));
    },
  };
}

async function squeeze(path: string): Promise<void> {
  await writeFile(`${path}.br`, await promisify(brotliCompress)(await readFile(path)));
}
