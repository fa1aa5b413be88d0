/** `10:31:04.123`, in the browser's time zone. @param at - milliseconds since the epoch */
export function clockTime(at: number): string {
  const digits = (value: number, count = 2) => String(value).padStart(count, '0');
  const date = new Date(at);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((each) => digits(each));
  return `${hours}:${minutes}:${seconds}.${digits(date.getMilliseconds(), 3)}`;
}

/** `+0.31 s`, `−1.20 s`, `+68 s`. @param milliseconds - from a zero */
export function lagText(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000;
  return `${milliseconds < 0 ? '−' : '+'}${seconds < 20 ? seconds.toFixed(2) : seconds.toFixed(0)} s`;
}
