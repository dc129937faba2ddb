import { benchPipeline } from './pipeline.ts';

/** The benchmarks by name; each prints its own figures. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  pipeline: benchPipeline,
};

const HELP = `Benchmarks: npm run bench [-- NAME [ARGUMENTS]]

  pipeline [CUSTOMERS ...]   sync, train, score and write-back against the sandbox: rows a second, share of each step,
                             peak memory (default: 10000)

Example:
  npm run bench -- pipeline 10000 100000
  npm run bench -- pipeline 10000 --json`;

const [name, ...args] = process.argv.slice(2);
if (name === '--help' || name === '-h') {
  console.log(HELP);
} else {
  const chosen = name === undefined ? Object.values(BENCHES) : [BENCHES[name]];
  for (const bench of chosen) {
    if (!bench) {
      console.error(`There is no benchmark "${name}".\n\n${HELP}`);
      process.exit(1);
    }
    await bench(args);
  }
}
