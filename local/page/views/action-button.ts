import { html, nothing, type TemplateResult } from 'lit-html';

export interface ActionButton {
  readonly label: string;
  readonly isDisabled: boolean;
  readonly press: (event: Event) => void;
  /** What the pointer shows. */
  readonly title?: string;
  /** The button of the section that a newcomer presses first. */
  readonly isPrimary?: boolean;
}

/**
 * A button that keeps the focus while it is disabled. The attribute `disabled` would take the focus from a person who has just pressed the
 * button by keyboard.
 */
export function actionButton({ label, isDisabled, press, title, isPrimary = false }: ActionButton): TemplateResult {
  return html`<button
    class=${isPrimary ? 'primary' : nothing}
    title=${title ?? nothing}
    aria-disabled=${isDisabled}
    @click=${isDisabled ? nothing : press}
  >${label}</button>`;
}
