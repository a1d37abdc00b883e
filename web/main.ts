import { mount } from 'svelte';
import './styles/base.css';
import App from './App.svelte';
import { api } from './api/client.ts';
import { live } from './live/connection.svelte.ts';
import { language } from './messages/language.svelte.ts';
import { answerInPage } from './opening.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element #app');
api.inPage = answerInPage;
if (document.querySelector('meta[name="traces"]') !== null) {
  const { PageTrace } = await import('./api/page-trace.ts');
  const trace = new PageTrace();
  api.tracer = trace;
  live.heard = (news) => trace.heard(news);
  addEventListener('pagehide', () => trace.flush());
}
await language.ready;
mount(App, { target });
