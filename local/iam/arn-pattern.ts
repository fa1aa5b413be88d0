/**
 * Whether a text matches an IAM pattern: `*` is any run of characters, including none, `?` is exactly one, and both match `/`
 * and `:`. Case-sensitive (IAM user guide, "Grammar of the IAM JSON policy language").
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let position = 0;
  let index = 0;
  let star = -1;
  let resumeAt = 0;
  while (index < text.length) {
    if (pattern[position] === '*') {
      star = position;
      resumeAt = index;
      position += 1;
    } else if (pattern[position] === '?' || pattern[position] === text[index]) {
      position += 1;
      index += 1;
    } else if (star >= 0) {
      position = star + 1;
      resumeAt += 1;
      index = resumeAt;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(position));
}
