import { defineConfig } from 'vite'

// Relative, so that the built page works wherever it is put.
export default defineConfig({ base: './', build: { target: 'es2022' } })
