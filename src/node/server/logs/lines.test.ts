import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogLines } from './lines.ts';
import type { LogOptions } from './log-options.ts';

const log = `2026-01-01T00:00:00.5Z stdout F first
2026-01-01T00:00:01.123456789Z stderr F bad
2026-01-01T00:00:02Z stdout P long 
2026-01-01T00:00:02.1Z stdout P er 
2026-01-01T00:00:02.2Z stdout F line
2026-01-01T02:00:03+02:00 stdout F
2026-01-01T00:00:04Z stdout F ümläut
`;

function shown(options: Partial<LogOptions>, text = log, pieceBytes = 1e9): string {
  const lines = new LogLines({ timestamps: false, stream: 'All', ...options });
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(lines.push(bytes.subarray(at, at + pieceBytes)));
  return Buffer.concat(pieces).toString();
}

test('text of the lines, pieces joined', () => {
  assert.equal(shown({}), 'first\nbad\nlong er line\n\nümläut\n');
});

test('bytes may come in any pieces', () => {
  for (const pieceBytes of [1, 2, 3, 7, 40]) assert.equal(shown({}, log, pieceBytes), shown({}), `${pieceBytes}`);
});

test('a time stands before each whole line', () => {
  assert.equal(
    shown({ timestamps: true, stream: 'Stdout' }),
    '2026-01-01T00:00:00.5Z first\n2026-01-01T00:00:02Z long er line\n2026-01-01T02:00:03+02:00 \n2026-01-01T00:00:04Z ümläut\n',
  );
});

test('one stream', () => {
  assert.equal(shown({ stream: 'Stderr' }), 'bad\n');
});

test('since a time, whatever the zone it is written in', () => {
  assert.equal(shown({ sinceMs: Date.UTC(2026, 0, 1, 0, 0, 3) }), '\nümläut\n');
  assert.equal(shown({ sinceMs: Date.UTC(2026, 0, 1, 0, 0, 5) }), '');
});

test('no more bytes than allowed, also in the middle of a line', () => {
  for (const pieceBytes of [1, 1e9]) assert.equal(shown({ limitBytes: 8 }, log, pieceBytes), 'first\nba');
});

test('an unfinished line is not shown; a line of another format is an error', () => {
  assert.equal(shown({}, '2026-01-01T00:00:00Z stdout F whole\n2026-01-01T00:00:00Z stdout F ha'), 'whole\n');
  assert.throws(() => shown({}, '{"log":"docker"}\n'), /not a log line/);
});
