import type { ReactNode } from 'react';

/** A column by its heading. Numbers stand to the right. */
export interface Column {
  readonly heading: string;
  readonly isNumber?: true;
}

/** A table that scrolls by itself where it is wider than the page. */
export function DataTable({
  label,
  columns,
  children,
}: {
  readonly label: string;
  readonly columns: readonly Column[];
  /** Its rows. */
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="scrolls" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ heading, isNumber }) => (
              <th key={heading} scope="col" className={isNumber ? 'number' : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
