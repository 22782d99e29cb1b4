import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'polyhue',
  description: 'Diverse image colorization on TensorFlow.js',
  cleanUrls: true,
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'API', link: '/api/' },
      { text: 'Experiments', link: '/experiments' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Getting started', link: '/getting-started' },
          { text: 'In the browser', link: '/browser' },
          { text: 'Command line', link: '/command-line' },
          { text: 'Steering', link: '/steering' },
          { text: 'Many photos', link: '/files' },
          { text: 'A million photos', link: '/queue' },
          { text: 'Weights from and for other programs', link: '/interchange' },
          { text: 'Evaluation', link: '/evaluation' },
          { text: 'Your own data', link: '/data' },
          { text: 'Backends', link: '/backends' },
          { text: 'How it works', link: '/how-it-works' },
          { text: 'Concepts in pictures', link: '/concepts/' },
          { text: 'Benchmarks', link: '/benchmarks' },
        ],
      },
      {
        text: 'Project',
        items: [
          { text: 'Decisions', link: '/decisions/' },
          { text: 'Experiments', link: '/experiments' },
          { text: 'API reference', link: '/api/' },
        ],
      },
    ],
  },
});
