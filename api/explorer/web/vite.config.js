import { defineConfig } from 'vite';

export default defineConfig({
  base: '/explorer/',
  build: {
    assetsInlineLimit: 0, // a policy that lets nothing inline in
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096, // Monaco is what it is
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // "use client" says nothing to a bundle
    },
  },
});
