/** Mapping templates of API Gateway, as far as the local gateway evaluates them: without directives of VTL, and with `$context.…` only. */

const DIRECTIVE = /#(?:set|if|elseif|else|end|foreach|include|parse|evaluate|define|macro|stop|break|return|\*|#)/;

/** A reference to something else than `$context`. */
const OTHER_REFERENCE = /\$(?!context\.)!?\{?[a-zA-Z]/;

/** Whether a template is text with nothing to evaluate. */
export function isPlain(template: string): boolean {
  return !DIRECTIVE.test(template) && !/\$!?\{?[a-zA-Z]/.test(template);
}

/** Whether a template has nothing to evaluate but `$context.…`. */
export function isRenderable(template: string): boolean {
  return !DIRECTIVE.test(template) && !OTHER_REFERENCE.test(template);
}

/** Whether a template is the body as it came. */
export function isPassedThrough(template: string): boolean {
  return /^\s*\$input\.(?:body|json\(\s*(['"])\$\1\s*\))\s*$/.test(template);
}
