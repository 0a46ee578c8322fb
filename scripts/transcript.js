/** Space between two lines of the picture (`lineHeight` in picture.js), and the width of a character. */
const [lineHeight, characterWidth, margin] = [18, 8.4, 16];
const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The screens of docs/wizard.svg as Markdown, for readers who cannot see them. */
export function transcriptOf(svg) {
	const screens = svg.split('<g class="frame"').slice(1).map(screenOf);
	const sections = screens.map(
		(screen) => `## ${/step \d\/\d .*/.exec(screen)?.[0] ?? "Screen"}\n\n\`\`\`text\n${screen}\n\`\`\`\n`,
	);
	return `# The wizard's picture as text\n\nThe screens of the README's picture, in their order. Marks replace colours.\n\n${sections.join("\n")}`;
}

function screenOf(frame) {
	const lines = [];
	for (const [, x, y, text] of frame.matchAll(/<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)) {
		const row = Math.floor((Number(y) - margin) / lineHeight);
		const column = Math.round((Number(x) - margin) / characterWidth);
		const plain = text.replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole);
		lines[row] = (lines[row] ?? "").padEnd(column) + plain;
	}
	return Array.from(lines, (line) => (line ?? "").trimEnd())
		.join("\n")
		.trimEnd();
}
