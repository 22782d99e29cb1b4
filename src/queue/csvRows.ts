const QUOTE = '"';

/** Takes characters one by one; gives a row when it ends. */
function rowReader() {
  let [row, field] = [[] as string[], ''];
  // `isClosing`: there was a quote in quotes, and the next character says whether it ended them.
  let [isQuoted, isClosing] = [false, false];
  const end = (): string[] => {
    const done = [...row, field.replace(/\r$/, '')];
    [row, field, isQuoted, isClosing] = [[], '', false, false];
    return done;
  };
  const takeQuoted = (character: string): void => {
    if (character === QUOTE) isClosing = true;
    else field += character;
  };
  const takePlain = (character: string): void => {
    if (character === QUOTE && field === '') isQuoted = true;
    else if (character === ',') [row, field] = [[...row, field], ''];
    else field += character;
  };
  const take = (character: string): string[] | undefined => {
    if (isClosing && character === QUOTE) {
      isClosing = false;
      field += QUOTE;
      return undefined;
    }
    if (isClosing) [isClosing, isQuoted] = [false, false];
    if (character === '\n' && !isQuoted) return end();
    if (isQuoted) takeQuoted(character);
    else takePlain(character);
    return undefined;
  };
  return { take, end };
}

function isEmpty(row: readonly string[]): boolean {
  return row.length === 1 && row[0] === '';
}

/**
 * The rows of comma-separated values, as they arrive.
 *
 * Fields may be in quotes, with `""` for a quote and with commas and ends of line in them; lines end with CR LF or LF. Empty
 * lines are passed over.
 *
 * @see Y. Shafranovich, Common Format and MIME Type for Comma-Separated Values (CSV) Files, RFC 4180, 2005.
 */
export async function* csvRows(chunks: AsyncIterable<string>): AsyncGenerator<string[]> {
  const { take, end } = rowReader();
  for await (const chunk of chunks) {
    const rows = Array.from(chunk, take).filter((row) => row !== undefined);
    yield* rows.filter((row) => !isEmpty(row));
  }
  const last = end();
  if (!isEmpty(last)) yield last;
}
