import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS_NAMESPACE, metricLine } from '../../../lambda/log/metric-line.ts';
import { printable } from '../../../lambda/log/printable.ts';
import { anyText, RAW } from '../../support/any-text.ts';

describe('text from outside', () => {
  it('loses controls, marks that reorder text, and anything invisible', () => {
    fc.assert(fc.property(anyText, (text) => !RAW.test(printable(text)) && !/\n/.test(printable(text))));
  });

  it.each([
    ['a C0 control', '\u001b[2J', '\\u001b[2J'],
    ['DEL', '\u007f', '\\u007f'],
    ['a C1 control', '\u009b2J', '\\u009b2J'],
    ['a mark that reorders text', 'a\u202eb', 'a\\u202eb'],
    ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['a space of no width', 'ad\u200bmin', 'ad\\u200bmin'],
    ['a soft hyphen', 'ad\u00admin', 'ad\\u00admin'],
    ['a byte order mark', '\ufeffx', '\\ufeffx'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a line feed', 'a\nb', 'a\\u000ab'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
    ['an invisible tag, outside the basic plane', 'a\u{e0041}', 'a\\udb40\\udc41'],
    ['a filler that looks like nothing', 'a\u3164', 'a\\u3164'],
  ])('%s is escaped', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['alice', 'Zoë', '李雷', 'مرحبا', '😀', 'C:\\temp', 'a "b" \'c\''])('%s stays as it is', (text) => {
    expect(printable(text)).toBe(text);
  });

  it('in JSON stays the same JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = printable(JSON.stringify({ text }));
        expect(json).not.toMatch(RAW);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

it('a log line is one line without controls and bidi marks, and the same JSON, whatever it tells', () => {
  fc.assert(
    fc.property(anyText, (detail) => {
      const count = { name: 'Failed', unit: 'Count', value: 1, dimensions: {} } as const;
      const line = metricLine([count], { event: 'failed', detail }, 'authorizer', 0);
      expect(line).not.toMatch(RAW);
      expect(JSON.parse(line)).toMatchObject({
        detail,
        _aws: { CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE }] },
      });
    }),
  );
});
