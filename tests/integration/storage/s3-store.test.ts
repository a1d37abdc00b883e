import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { createS3Store } from '#integrations/storage/s3-store.ts';
import type { S3StoreOptions } from '#integrations/storage/s3-store.ts';
import { describeObjectStore } from '#integrations/storage/store.suite.ts';
import { putBack } from '#runtime/backup/objects.ts';
import { startS3Server, versitygw } from '#tests/conformance/versitygw/versitygw.ts';

const BUCKET = 'documents';
const gateway = await versitygw();

async function serverWithBucket(binary: string) {
  const { endpoint, region, credentials, stop } = await startS3Server(binary);
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const options: S3StoreOptions = { bucket: BUCKET, endpoint, region, credentials, prefix: 'nda', timeoutMs: 5_000 };
  return { options, stop };
}

if ('absent' in gateway) {
  test(`S3 WAS NOT TESTED: ${gateway.absent}`, ({ skip }) => skip(gateway.absent));
} else {
  describeObjectStore('an S3 bucket', async () => {
    const { options, stop } = await serverWithBucket(gateway.binary);
    const store = createS3Store(options);
    return { store, reopen: () => createS3Store(options), stop: () => store.close().then(stop) };
  });

  test('a restore takes nothing for restored that is not the document', async () => {
    const { options, stop } = await serverWithBucket(gateway.binary);
    const store = createS3Store(options);
    await store.put('ab/cd', Buffer.from('cut sho'));
    await putBack(store, 'ab/cd', Buffer.from('cut short'));
    expect(Buffer.from(await store.get('ab/cd')).toString()).toBe('cut short');
    await store.close();
    await stop();
  });

  test('a wrong secret is refused, by every verb', async () => {
    const { options, stop } = await serverWithBucket(gateway.binary);
    const store = createS3Store({ ...options, credentials: { accessKeyId: 'countersign', secretAccessKey: 'wrong' } });
    await expect(store.check()).rejects.toThrow();
    await expect(store.put('ab', new Uint8Array(1))).rejects.toThrow(/signature/i);
    await expect(store.get('ab')).rejects.toThrow(/signature/i);
    await store.close();
    await stop();
  });

  test('a bucket that does not exist is not ready', async () => {
    const { options, stop } = await serverWithBucket(gateway.binary);
    const store = createS3Store({ ...options, bucket: 'nothing-here' });
    await expect(store.check()).rejects.toThrow();
    await expect(store.put('ab', new Uint8Array(1))).rejects.toThrow();
    await store.close();
    await stop();
  });

  test('a server that is gone is an error within the time allowed, not a wait without end', async () => {
    const { options, stop } = await serverWithBucket(gateway.binary);
    await stop();
    const store = createS3Store({ ...options, timeoutMs: 500 });
    const startedMs = performance.now();
    await expect(store.put('ab', new Uint8Array(1))).rejects.toThrow();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await store.close();
  });
}
