import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The script is plain Node without types.
const { transcriptOf } = await import(new URL("../../scripts/transcript.js", import.meta.url).href);
const text = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

test("the README's picture has a transcript with every screen", () => {
	const transcript = text("wizard-transcript.md");
	expect(transcript).toBe(transcriptOf(text("wizard.svg")));
	for (const step of ["Choose", "Trace", "Files", "Accounts", "Build", "Trial", "Save"])
		expect(transcript).toMatch(new RegExp(`^## step \\d/7 ${step}$`, "m"));
});
