import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serveCommand } from '../../cli/serve.ts';
import { workerCommand } from '../../cli/worker.ts';

/** The image and the composition are held to what a linter of such files asks for (hadolint's DL rules are named), and to the product. */
const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Secrets in clear, whatever they are called. */
const SECRET = /(password|secret|token|key)\s*[:=]\s*["']?(?!\$\{)[A-Za-z0-9_/+-]{6,}/i;

/** Instructions of a Dockerfile with their arguments, continued lines joined. */
function instructionsOf(text: string): { name: string; rest: string }[] {
  return text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

function faultsOfDockerfile(text: string): string[] {
  const instructions = instructionsOf(text);
  const faults: string[] = [];
  const last = instructions.findLastIndex(({ name }) => name === 'FROM');
  const final = instructions.slice(last);
  const of = (name: string) => final.filter((each) => each.name === name);
  for (const { rest } of instructions.filter(({ name }) => name === 'FROM')) {
    if (!/:\d+\.\d+(\.\d+)?[\w.-]*( AS \w+)?$/.test(rest))
      faults.push(`DL3006/DL3007: ${rest} is not pinned to a version`);
  }
  const user = of('USER').at(-1)?.rest;
  if (user === undefined || /^(root|0)\b/.test(user)) faults.push('DL3002: the last user is root');
  if (of('HEALTHCHECK').length !== 1) faults.push('one HEALTHCHECK');
  for (const { name, rest } of instructions) {
    if (name === 'ADD') faults.push('DL3020: COPY instead of ADD');
    if (name === 'MAINTAINER') faults.push('DL4000: MAINTAINER is deprecated');
    if (name === 'WORKDIR' && !rest.startsWith('/')) faults.push('DL3000: an absolute WORKDIR');
    if ((name === 'CMD' || name === 'ENTRYPOINT') && !rest.startsWith('[')) faults.push(`DL3025: ${name} as a list`);
    if (name === 'RUN' && /\b(sudo|apt-get upgrade|curl[^|]*\|\s*sh)\b/.test(rest)) faults.push(`DL3004: ${rest}`);
    if ((name === 'ENV' || name === 'ARG') && SECRET.test(rest)) faults.push(`a secret in ${name}`);
  }
  return faults;
}

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  privileged?: boolean;
  deploy?: { replicas: number };
  stop_grace_period?: string;
}
const composition = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> };

describe('the Dockerfile', () => {
  it('keeps the rules', () => {
    expect(faultsOfDockerfile(read('Dockerfile'))).toEqual([]);
  });

  const sound = 'FROM node:24.1.0-slim\nWORKDIR /app\nUSER node\nHEALTHCHECK CMD ["true"]\nCMD ["node"]\n';
  it.each([
    ['no version', sound.replace('node:24.1.0-slim', 'node'), 'DL3006'],
    ['latest', sound.replace(':24.1.0-slim', ':latest'), 'DL3007'],
    ['root', sound.replace('USER node', 'USER root'), 'DL3002'],
    ['no user', sound.replace('USER node\n', ''), 'DL3002'],
    ['a user of another stage', `FROM node:24.1.0 AS build\nUSER node\n${sound.replace('USER node\n', '')}`, 'DL3002'],
    ['no health check', sound.replace('HEALTHCHECK CMD ["true"]\n', ''), 'HEALTHCHECK'],
    ['a shell as process 1', sound.replace('CMD ["node"]\n', 'CMD node\n'), 'DL3025'],
    ['a secret', `${sound}ENV HUBSPOT_ACCESS_TOKEN=pat-na1-12345\n`, 'a secret'],
    ['ADD', `${sound}ADD . .\n`, 'DL3020'],
  ])('would be refused with %s', (_, text, fault) => {
    expect(faultsOfDockerfile(text).join('\n')).toContain(fault);
  });

  it('starts commands and options that the product has, of what the build makes', () => {
    const lists = instructionsOf(read('Dockerfile')).filter(({ name }) => name === 'ENTRYPOINT' || name === 'CMD');
    const [entry, command] = lists.map(({ rest }) => JSON.parse(rest) as string[]);
    const { bin } = JSON.parse(read('package.json')) as { bin: { staypower: string } };
    expect(entry).toEqual(['node', bin.staypower.replace('./', '')]);
    expectKnown(command ?? []);
  });

  it('copies what the build reads, and no secret: everything else is ignored', () => {
    const [first, ...allowed] = read('.dockerignore').split('\n').filter(Boolean);
    expect(first).toBe('*');
    const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
    for (const folder of include) expect(allowed).toContain(`!${folder}`);
    expect(allowed).not.toContain('!.env');
    expect(allowed).toContain('**/.env');
  });
});

describe('compose.yaml', () => {
  const { services } = composition;

  it('has PostgreSQL, one server and several workers', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'serve', 'worker']);
    expect(services['worker']?.deploy?.replicas).toBeGreaterThan(1);
    expect(services['serve']?.deploy).toBeUndefined();
  });

  it.each(Object.entries(services))(
    '%s is pinned, unprivileged, restarted, checked, and reachable from this machine alone',
    (name, service) => {
      if (service.build === undefined) expect(service.image).toMatch(/:\d+\.\d+/);
      expect(service.privileged).toBeUndefined();
      expect(service.restart).toBe('unless-stopped');
      // The image has the server's; the others say their own.
      if (name !== 'serve') expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      if (name !== 'postgres') {
        expect(service.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
        expect(Number.parseInt(service.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
      }
    },
  );

  it('holds no secret, and stops where one is missing', () => {
    expect(read('compose.yaml')).not.toMatch(SECRET);
    expect(services['postgres']?.environment?.['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect('POSTGRES_PASSWORD: hunter22').toMatch(SECRET);
  });

  it('starts commands and options that the product has', () => {
    expectKnown(services['serve']?.command ?? []);
    expectKnown(services['worker']?.command ?? []);
  });
});

/** Parses the arguments as the command would, without running it. */
function expectKnown([name = '', ...args]: readonly string[]): void {
  const command = [serveCommand(), workerCommand()].find((each) => each.name() === name);
  expect(command).toBeInstanceOf(Command);
  const { unknown, operands } = (command ?? new Command()).parseOptions([...args]);
  expect({ unknown, operands }).toEqual({ unknown: [], operands: [] });
}
