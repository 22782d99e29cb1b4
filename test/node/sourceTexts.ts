import { readdir, readFile } from 'node:fs/promises';

import ts from 'typescript';

import { ROOT } from './docBlocks.js';

/** What stands for whatever is put into a text. */
export const GAP = '…';

/** The text that an expression is in the end, with gaps; `undefined` where it is none. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => GAP + literal.text).join('');
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : (left ?? GAP) + (right ?? GAP);
}

/** All texts in the sources, `GAP` where something is put in. */
export async function sourceTexts(): Promise<string[]> {
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) texts.add(text);
    ts.forEachChild(node, visit);
  };
  for (const name of await readdir(`${ROOT}src`, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const code = await readFile(`${ROOT}src/${name}`, 'utf8');
    visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true));
  }
  return [...texts];
}

/** A text with gaps, to be recognized. */
export interface TextPattern {
  readonly pattern: RegExp;
  /** Letters outside of gaps. */
  readonly weight: number;
}

/** Patterns of texts; the more of a text is fixed, the sooner it is tried. */
export function textPatterns(texts: readonly string[]): TextPattern[] {
  return texts
    .map((text) => {
      const parts = text.split(GAP).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
      return {
        pattern: new RegExp(`^${parts.join('(.+?)')}$`, 's'),
        weight: text.replaceAll(/[^a-z]/gi, '').length,
      };
    })
    .filter(({ weight }) => weight >= 2)
    .toSorted((a, b) => b.weight - a.weight);
}

/** Whether a text needs no source: a value, a name or a few characters. */
const isValue = (text: string): boolean => !/[a-z]{2}.* .*[a-z]{2}/i.test(text.replaceAll(GAP, ''));

/** Whether sources can make a text: one of them fits it, and can make whatever fills its gaps. */
export function canBeMade(text: string, patterns: readonly TextPattern[]): boolean {
  return patterns.some(({ pattern }) => {
    const found = pattern.exec(text);
    return found?.slice(1).every((part) => isValue(part) || canBeMade(part, patterns)) ?? false;
  });
}
