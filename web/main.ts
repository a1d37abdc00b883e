import { mount } from 'svelte';
import './styles/base.css';
import App from './App.svelte';
import { language } from './messages/language.svelte.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element #app');
await language.ready;
mount(App, { target });
