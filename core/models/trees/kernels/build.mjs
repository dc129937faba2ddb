// Compiles kernels.ts (AssemblyScript) to kernels.wasm, or to the file named on the command line. The same compiler gives the same
// bytes; test/unit/trees-kernels.test.ts holds the committed file to that.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const source = readFileSync(new URL('./kernels.ts', import.meta.url), 'utf8');
const outFile = process.argv[2] ?? new URL('./kernels.wasm', import.meta.url);

const flags = '--optimizeLevel 3 --noAssert --enable simd,bulk-memory,threads --runtime stub';
const memory = '--importMemory --sharedMemory --maximumMemory 65536';
const { error, stderr } = await asc.main(
  ['kernels.ts', ...flags.split(' '), ...memory.split(' '), '--outFile', 'kernels.wasm'],
  {
    readFile: (name) => (name === 'kernels.ts' ? source : null),
    writeFile: (_name, contents) => writeFileSync(outFile, contents),
    listFiles: () => [],
  },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}
