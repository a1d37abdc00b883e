import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultTemplates } from '#domain/nda/default-template.ts';
import { sampleValues } from '#domain/nda/values.ts';
import type { OwnVariable } from '#domain/nda/variables.ts';
import { documentHtml } from './document-html.ts';
import { checkTemplate, renderTemplate, TemplateRefused } from './template.ts';

const parties = '{{guest.name}} and {{organization.name}}';
const values = { ...sampleValues([]), 'guest.name': 'Ann', 'organization.name': 'Northwind' };

function problems(source: string, own: OwnVariable[] = []) {
  return checkTemplate(`${parties}\n${source}`, own).map(({ code, place }) => ({ code, ...place }));
}

function render(source: string, changes: Record<string, string> = {}) {
  return renderTemplate({ title: 'NDA', source, values: { ...values, ...changes } });
}

/** What is left when values are taken out: tags and the template's own words. */
const structureOf = (html: string): string => html.replace(/<mark><bdi>[^<]*<\/bdi><\/mark>/g, '@');

const hostileNames = [
  `Robert"); DROP TABLE 'x`,
  '<script>alert(1)</script>',
  '</bdi></mark><h1>Signed</h1>',
  '# Heading\n\n- item\n\n1. one',
  '**bold** _em_ `code` ~~gone~~',
  '[click](javascript:alert(1)) ![x](http://x/y.png)',
  '{{host.email}} {{{guest.email}}} {{#if x}}',
  '| a | b |\n|---|---|',
  '&lt;b&gt; &#x202E; &amp;',
  '\u202Egnp.exe \u2066hidden',
  '\uE000\uE001\uF8FF',
  '👩🏽‍💻 محمد 山田太郎',
  '$& $1 $$ \\1 %s',
  '---',
  '>',
  '\u0000\u0007\u001B[31m',
];

describe('checkTemplate', () => {
  test.each(defaultTemplates)('accepts the default template in $language', ({ source, ownVariables }) => {
    expect(checkTemplate(source, ownVariables)).toEqual([]);
  });

  test('accepts conditions on known variables, and knows where an optional one is filled', () => {
    expect(problems('{{#if guest.company}}for {{guest.company}}{{else}}alone{{/if}}')).toEqual([]);
    expect(problems('{{#unless guest.company}}alone{{else}}for {{guest.company}}{{/unless}}')).toEqual([]);
    expect(problems('{{#if guest.company}}x{{else if meeting.location}}at {{meeting.location}}{{/if}}')).toEqual([]);
    expect(problems('{{! a note }}{{!-- another {{x}} --}}\\{{literally}}')).toEqual([]);
  });

  test('refuses an optional variable in the branch where it is empty', () => {
    const source = '{{#if guest.company}}x{{else}}{{guest.company}}{{/if}}';
    expect(problems(source)).toEqual([{ code: 'optional_unguarded', line: 2, column: 31 }]);
    expect(problems('{{#if guest.company}}{{#unless guest.company}}{{guest.company}}{{/unless}}{{/if}}')).toHaveLength(
      1,
    );
  });

  test.each([
    ['unescaped output', '{{{guest.name}}}'],
    ['unescaped output by &', '{{& guest.name}}'],
    ['an include', '{{> other}}'],
    ['an include with a block', '{{#> layout}}x{{/layout}}'],
    ['a decorator', '{{* x}}'],
    ['a helper', '{{lookup guest "name"}}'],
    ['a helper with a hash', '{{guest.name upper=true}}'],
    ['each', '{{#each guest}}x{{/each}}'],
    ['with', '{{#with guest}}x{{/with}}'],
    ['a condition with block parameters', '{{#if guest.name as |x|}}x{{/if}}'],
    ['a condition on a literal', '{{#if true}}x{{/if}}'],
    ['a raw block', '{{{{if guest.name}}}} x {{{{/if}}}}'],
    ['the parent of the context', '{{../guest.name}}'],
    ['the context', '{{this}}'],
    ['data', '{{@root.guest.name}}'],
    ['slashes', '{{guest/name}}'],
    ['a literal', '{{"guest.name"}}'],
    ['the prototype', '{{__proto__}}'],
    ['HTML', '<b>bold</b>'],
    ['an HTML comment', '<!-- x -->'],
    ['a direction override', 'a\u202Eb'],
    ['a place-holder character', 'a\uE001b'],
    ['a control character', 'a\u0007b'],
  ])('refuses %s, with its line', (_, source) => {
    expect(problems(source)).toContainEqual(expect.objectContaining({ code: 'not_allowed', line: 2 }));
  });

  test('knows no property that every JavaScript object has', () => {
    expect(problems('{{constructor}} {{guest.constructor.name}}').map(({ code }) => code)).toEqual([
      'unknown_variable',
      'unknown_variable',
    ]);
  });

  test.each([
    ['an open brace', 'a\n{{guest.name', 3],
    ['an open condition', 'a\nb {{#if guest.company}}', 3],
    ['a wrong end', '{{#if guest.company}}\n{{/unless}}', 2],
  ])('says that %s is a mistake of syntax, and near which line', (_, source, line) => {
    expect(problems(source)).toEqual([expect.objectContaining({ code: 'syntax', line })]);
  });

  test('refuses a text that is too large, or nested without end, without a long wait', () => {
    expect(checkTemplate('x'.repeat(60_001), [])).toEqual([expect.objectContaining({ code: 'too_large' })]);
    const nested = (depth: number) => `${'{{#if guest.company}}'.repeat(depth)}x${'{{/if}}'.repeat(depth)}`;
    expect(problems(nested(20))).toEqual([]);
    expect(problems(nested(21))).toEqual([expect.objectContaining({ code: 'not_allowed' })]);
    expect(problems(nested(2_000))).toHaveLength(1);
  });
});

describe('renderTemplate', () => {
  test('gives headings, lists and emphasis as elements, with values marked', () => {
    expect(render('# One\n\n1. **{{guest.name}}**\n2. two').html).toBe(
      '<h1>NDA</h1>\n<h2>One</h2>\n<ol>\n<li><strong><mark><bdi>Ann</bdi></mark></strong></li>\n<li>two</li>\n</ol>\n',
    );
  });

  test('never skips a heading level, whatever levels the author chose', () => {
    const levels = [...render('### a\n\n# b\n\n#### c\n\n## d\n\n###### e').html.matchAll(/<h(\d)>/g)].map(
      (match) => match[1],
    );
    expect(levels).toEqual(['1', '2', '2', '3', '3', '4']);
  });

  test('gives the same words without markup', () => {
    expect(render('# One\n\n**{{guest.name}}** and  \nothers\n\n- *x*').text).toBe(
      'NDA\n\nOne\n\nAnn and\nothers\n\nx\n',
    );
  });

  test('takes the branch that the values call for, and leaves no empty line where a block stood', () => {
    const source = 'a\n{{#if guest.company}}\nfor {{guest.company}}\n{{else}}\nalone\n{{/if}}\nb';
    expect(render(source, { 'guest.company': 'Acme' }).text).toBe('NDA\n\na\nfor Acme\nb\n');
    expect(render(source, { 'guest.company': ' ' }).text).toBe('NDA\n\na\nalone\nb\n');
  });

  test('shows links, images and code as they are written: what the text says is what it shows', () => {
    const { html } = render('[x](https://example.com) ![y](z) `c` https://example.com &amp;');
    expect(html).not.toMatch(/<(a|img|code)\b/);
    expect(html).toContain('[x](https://example.com)');
    expect(html).toContain('&amp;amp;');
  });

  test('refuses by name when a value is missing', () => {
    expect(() => renderTemplate({ title: 'NDA', source: '{{guest.name}}', values: {} })).toThrow(TemplateRefused);
    expect(() => renderTemplate({ title: 'NDA', source: '{{constructor}}', values: {} })).toThrow(TemplateRefused);
  });

  test.each(hostileNames)('keeps its structure with a guest called %j', (name) => {
    const source =
      '# For {{guest.name}}\n\n{{guest.name}}\n\n- **{{guest.name}}**\n\n| a |\n|---|\n| {{guest.name}} |\n';
    const plain = render(source).html;
    const hostile = render(source, { 'guest.name': `x${name}` }).html;
    expect(structureOf(hostile)).toBe(structureOf(plain));
  });

  test('shows a hostile name as it is written, in the page and in the text', () => {
    const { html, text } = render('{{guest.name}}', { 'guest.name': '<b>{{x}}</b> & "co"' });
    expect(html).toContain('<mark><bdi>&lt;b&gt;{{x}}&lt;/b&gt; &amp; &quot;co&quot;</bdi></mark>');
    expect(text).toContain('<b>{{x}}</b> & "co"');
  });

  test('whatever source and values hold, the outcome is safe HTML or a named refusal', () => {
    const pieces = fc.constantFrom(
      ...[
        '{{guest.name}}',
        '{{#if guest.company}}',
        '{{/if}}',
        '{{else}}',
        '{{{guest.name}}}',
        '{{',
        '}}',
        '\\',
        '<b>',
        '|',
      ],
      ...[
        '# ',
        '- ',
        '1. ',
        '    ',
        '> ',
        '*',
        '**',
        '_',
        '`',
        '```',
        '[a](b)',
        '![',
        '---',
        '\n',
        '\n\n',
        '&#60;',
        'x',
        '\uE000',
      ],
    );
    const source = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 40 });
    const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...hostileNames));
    fc.assert(
      fc.property(source, name, name, (parts, guest, company) => {
        const text = parts.join('');
        checkTemplate(text, []);
        try {
          const { html } = render(text, { 'guest.name': guest, 'guest.company': company });
          expect(
            html
              .replace(/<\/?(h[1-6]|p|ul|ol|li|em|strong|mark|bdi|blockquote|table|thead|tbody|tr|t[hd]|br|hr)>/g, '')
              .replace(/<ol start="\d+">|<t[hd] style="text-align:(left|right|center)">/g, ''),
          ).not.toMatch(/[<>]/);
        } catch (error) {
          if (!(error instanceof TemplateRefused)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a template that passes the check renders for every booking that has its required values', () => {
    const { source, ownVariables } = defaultTemplates[0] ?? { source: '', ownVariables: [] };
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...hostileNames), { minLength: 3, maxLength: 3 }),
        ([guest, company, host]) => {
          const filled = {
            ...sampleValues(ownVariables),
            'guest.name': `${guest ?? ''}x`,
            'guest.company': company ?? '',
            'host.name': `${host ?? ''}x`,
          };
          expect(renderTemplate({ title: 'NDA', source, values: filled }).html).toMatch(/^<h1>NDA<\/h1>/);
        },
      ),
    );
  });
});

describe('documentHtml', () => {
  test('cannot be left through title, language, document id or anchor', () => {
    const bad = `"</style></title><script>x</script>\n\\`;
    const page = documentHtml({ html: '<h1>x</h1>', title: bad, language: bad, documentId: bad, signatureAnchor: bad });
    expect(page).not.toContain('<script');
    expect(page.match(/<\/style>/g)).toHaveLength(1);
  });

  test('reads from right to left in languages that do', () => {
    expect(documentHtml({ html: '', title: 'x', language: 'ar-EG', documentId: '1' })).toContain(
      'lang="ar-EG" dir="rtl"',
    );
  });
});
