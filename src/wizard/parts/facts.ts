import { wrapWords } from "./fit.ts";

export type Fact = readonly [label: string, value: string];

/** Two columns. A wrapped value stays in its column. */
export function labelled(facts: readonly Fact[], width: number): string[] {
	const labelWidth = Math.max(0, ...facts.map(([label]) => label.length)) + 2;
	return facts.flatMap(([label, value]) =>
		wrapWords(value, Math.max(10, width - labelWidth)).map((line, index) => (index ? "" : label).padEnd(labelWidth) + line),
	);
}
