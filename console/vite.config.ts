import { defineConfig } from 'vite';

// Whoever builds (a test, a machine set up for development): what is served is React without its checks of development.
process.env['NODE_ENV'] = 'production';

/** Files for webhooks/console/files.ts. Addresses are relative: the console works below any path. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    // Bundled code runs in the browser alone: "use client" says nothing here.
    rolldownOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
});
