import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { scopeOf } from '#contract/api-keys.ts';
import { problems } from '#contract/problems.ts';
import { routes, type Route } from '#contract/routes.ts';
import { openApiDocument } from './openapi.ts';

const document = openApiDocument('https://book.example');
/** As a client reads it; the validator writes into what it is given. */
const plain = () => JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
    const operation = item[method];
    return operation ? [{ name: operation.operationId ?? `${method} ${path}`, path, method, operation }] : [];
  }),
);
const ofApi = operations.filter(({ path }) => !path.startsWith('/health/'));

describe('/openapi.json', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(plain());
    expect(result.errors).toBeUndefined();
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
  });

  it('would not pass as valid with a mistake in it', async () => {
    const wrong = plain() as { paths: Record<string, { get: { responses: unknown } }> };
    const [first] = Object.values(wrong.paths).filter(({ get }) => get);
    if (first) first.get.responses = 'none';
    expect((await new Validator().validate(wrong)).valid).toBe(false);
  });

  it('has every route of the contract once, and health beside them', () => {
    expect(ofApi.map(({ name }) => name).sort()).toEqual(Object.keys(routes).sort());
    expect(operations.length - ofApi.length).toBe(2);
    expect(document.servers).toEqual([{ url: 'https://book.example/api/v1' }]);
  });

  it('refers to nothing that it does not define, and says what each group of operations is about', () => {
    const defined = Object.keys(document.components?.schemas ?? {});
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(referred.filter((name) => !defined.includes(name ?? ''))).toEqual([]);
    const described = (document.tags ?? []).filter(({ description }) => description).map(({ name }) => name);
    expect(
      operations.flatMap(({ operation }) => operation.tags ?? []).filter((tag) => !described.includes(tag)),
    ).toEqual([]);
  });
});

describe.each(operations)('$name', ({ operation }) => {
  it('says what it does, what it takes and what it answers', () => {
    expect(operation.summary).toMatch(/^[A-Z].{3,}[^.]$/);
    for (const parameter of operation.parameters ?? []) {
      const { name, schema, description } = parameter as {
        name: string;
        schema: { description?: string };
        description?: string;
      };
      expect([name, description ?? schema.description]).toEqual([name, expect.stringMatching(/.{5,}/)]);
    }
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      expect([status, (response as { description: string }).description]).toEqual([
        status,
        expect.stringMatching(/.{3,}/),
      ]);
    }
  });
});

describe.each(ofApi)('$name', ({ name, operation }) => {
  const route = (routes as Record<string, Route>)[name];

  it('asks for what its audience has', () => {
    const schemes = (operation.security ?? []).flatMap((requirement) => Object.keys(requirement));
    const key = route && scopeOf(route) !== 'none' ? ['apiKey'] : [];
    const host = [...(route?.method === 'get' ? ['session'] : ['session', 'csrf']), ...key];
    expect(schemes).toEqual({ public: [], guest: ['guest'], host }[route?.audience ?? 'public']);
  });

  it('answers its success, and refusals as problem documents', () => {
    const { [String(route?.success.status)]: success, ...refusals } = operation.responses ?? {};
    expect(success).toBeDefined();
    expect(Object.keys(refusals)).toEqual(expect.arrayContaining(['429', '500', '503']));
    for (const refusal of Object.values(refusals)) {
      expect(Object.keys((refusal as { content: object }).content)).toEqual(['application/problem+json']);
    }
  });
});

describe('docs/api.md', () => {
  const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

  it('names only operations that there are', () => {
    const named = [...page.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`?]*)`/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    const known = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names only codes and facts that there are, and the limits that hold', () => {
    const codes = [...page.matchAll(/`(?:4\d\d )?([a-z]+_[a-z_]+)`/g)].map(([, code]) => code ?? '');
    expect(codes.filter((code) => !(code in problems))).toEqual([]);
    const settings = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const [reads, holds, attempts] = ['READS', 'HOLDS', 'ATTEMPTS'].map((kind) =>
      Number(new RegExp(`LIMIT_${kind}_PER_MINUTE=(\\d+)`).exec(settings)?.[1]).toLocaleString('en'),
    );
    expect(page).toContain(`${reads} requests, ${holds} holds, ${attempts} attempts`);
  });
});
