import { coloursChanged } from '../field/theme.ts';

/** `auto`: as the system has it. */
export const themes = ['auto', 'light', 'dark'] as const;

/** One of `themes`. */
export type Theme = (typeof themes)[number];

const storageKey = 'flants-theme';

/** The theme that was chosen here before. */
export function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === stored) ?? 'auto';
}

/** Shows the page in a theme, and remembers it. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(storageKey);
  } else {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(storageKey, theme);
  }
  document.dispatchEvent(new Event(coloursChanged));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
  document.dispatchEvent(new Event(coloursChanged)),
);
