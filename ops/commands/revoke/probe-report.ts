import type { Report } from '../../cli/program.ts';

/** Seconds past the guarantee for which we go on watching, so that a broken promise is seen and not cut off. */
export const WATCH_LONGER = 5;

/** What watching a token in one Region has shown. */
export interface Measurement {
  /** Seconds from the acknowledged write to the first rejection; null: not rejected while we watched, or not measured. */
  readonly measuredLagSeconds: number | null;
  /** Why the rejections say nothing; null: they do. */
  readonly unmeasured: string | null;
  readonly calls: number;
}

interface RegionalMeasurement extends Measurement {
  readonly region: string;
  /** The only route that was watched, where each has a cached decision of its own; null: one decision serves every route. */
  readonly watchedRoute: string | null;
}

/** The report with what was measured: exit code 1 unless every Region showed the revocation lag. */
export function withMeasurements(report: Report, measured: readonly RegionalMeasurement[]): Report {
  const isMeasured = measured.every(({ measuredLagSeconds }) => measuredLagSeconds !== null);
  return {
    text: [report.text, ...measured.map(lineOf)].join('\n'),
    document: { ...(report.document as object), wait: measured },
    exitCode: isMeasured ? report.exitCode : 1,
  };
}

function lineOf({ region, watchedRoute, measuredLagSeconds, unmeasured, calls }: RegionalMeasurement): string {
  if (unmeasured !== null) return `${region}: NOT MEASURED: ${unmeasured}.`;
  const where = watchedRoute === null ? '' : ` on ${watchedRoute}; the decisions of other routes were not watched`;
  return measuredLagSeconds === null
    ? `${region}: STILL ACCEPTED after the guaranteed time and ${WATCH_LONGER} s more, in ${calls} calls: is the entry about this token?`
    : `${region}: rejected ${measuredLagSeconds} s after the write (${calls} calls)${where}.`;
}
