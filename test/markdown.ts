/** Reads the tables of the documents, so that tests can hold them against the code. */

/** The cells of every row of the tables under a heading (of any depth below it), headers left out. */
export function rows(text: string, heading: string): string[][] {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading ${heading}`);
  const depth = heading.indexOf(' ');
  const section: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const marks = /^#+(?= )/.exec(line);
    if (marks !== null && marks[0].length <= depth) break;
    section.push(line);
  }
  const table = section.filter((line) => line.startsWith('|'));
  const isRule = (line: string | undefined) => line !== undefined && /^\|[-| :]+\|$/.test(line);
  return table
    .filter((line, index) => !isRule(line) && !isRule(table[index + 1]))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** A cell without its code marks. */
export function plain(cell: string): string {
  return cell.replaceAll('`', '');
}
