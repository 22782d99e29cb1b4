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
      { text: 'Tutorials', link: '/tutorials/' },
      { text: 'API', link: '/api/' },
      { text: 'Experiments', link: '/experiments' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Getting started', link: '/getting-started' },
          { text: 'How it works', link: '/how-it-works' },
          { text: 'Concepts in pictures', link: '/concepts/' },
        ],
      },
      {
        text: 'Tutorials',
        link: '/tutorials/',
        items: [
          { text: '1. Data', link: '/tutorials/1-data' },
          { text: '2. Model', link: '/tutorials/2-model' },
          { text: '3. Losses', link: '/tutorials/3-losses' },
          { text: '4. Training', link: '/tutorials/4-training' },
          { text: '5. Inference', link: '/tutorials/5-inference' },
        ],
      },
      {
        text: 'Guides',
        items: [
          { text: 'In the browser', link: '/browser' },
          { text: 'Command line', link: '/command-line' },
          { text: 'Steering', link: '/steering' },
          { text: 'Many photos', link: '/files' },
          { text: 'A million photos', link: '/queue' },
          { text: 'Your own data', link: '/data' },
          { text: 'Evaluation', link: '/evaluation' },
          { text: 'Backends', link: '/backends' },
          { text: 'Own losses', link: '/losses' },
          { text: 'Extending the models', link: '/extending' },
          { text: 'Deployment', link: '/deployment' },
          { text: 'Memory', link: '/memory' },
          { text: 'Errors and cures', link: '/errors' },
          { text: 'Weights from and for other programs', link: '/interchange' },
        ],
      },
      {
        text: 'Project',
        items: [
          { text: 'Comparison with others', link: '/comparison' },
          { text: 'Benchmarks', link: '/benchmarks' },
          { text: 'Decisions', link: '/decisions/' },
          { text: 'Experiments', link: '/experiments' },
          { text: 'API reference', link: '/api/' },
        ],
      },
    ],
  },
});
