import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/**
 * Makes docs/wizard.svg from a real run of the wizard with the demonstration: `npm run picture`, as root. Each screen is kept as
 * the text that the terminal showed; the picture shows them one after the other, and the first where nothing moves.
 */
const columns = 80;
const rows = 24;
const secondsEach = 4;

/** What is on each screen when it is worth a picture; Enter leads on from every one. */
const steps = [
	{ shows: /demo\s+demo/ },
	{ shows: /\[ Start tracing \]/ },
	{ shows: /It answers\./ },
	{ shows: /step 3\/7/ },
	{ shows: /step 4\/7/, skip: true },
	{ shows: /step 5\/7/ },
	{ shows: /It answers from inside its cage/ },
	{ shows: /cagewright make demo/ },
];

const state = mkdtempSync(join(tmpdir(), "cagewright-picture-"));
const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
const program = ["bin/cagewright.js", "--state", state, "--lang", "en"];
const pty = spawn(process.execPath, program, {
	cols: columns,
	rows,
	name: "xterm-256color",
	env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
});
pty.onData((data) => emulator.write(data));
const ended = new Promise((resolve) => pty.onExit(resolve));

try {
	const screens = [];
	for (const step of steps) {
		const lines = await until(step.shows);
		if (!step.skip) screens.push(lines);
		pty.write("\r");
	}
	await ended;
	writeFileSync("docs/wizard.svg", picture(screens));
} finally {
	pty.kill("SIGTERM");
	rmSync(state, { recursive: true, force: true });
}

async function until(pattern) {
	for (let tries = 0; tries < 600; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		const lines = shown();
		if (!pattern.test(lines.join("\n"))) continue;
		// The rest of the frame may still be on its way.
		await new Promise((resolve) => setTimeout(resolve, 400));
		return shown();
	}
	throw new Error(`never saw ${pattern}:\n${shown().join("\n")}`);
}

function shown() {
	const { active } = emulator.buffer;
	// Where the run took place is nobody's business.
	return Array.from({ length: rows }, (_, row) =>
		(active.getLine(active.baseY + row)?.translateToString(true) ?? "")
			.replaceAll(state, "/var/lib/cagewright")
			.replaceAll(process.cwd(), "/opt/cagewright"),
	);
}

function picture(screens) {
	const [characterWidth, lineHeight, margin] = [8.4, 18, 16];
	const width = Math.round(columns * characterWidth + 2 * margin);
	const height = rows * lineHeight + 2 * margin;
	const total = screens.length * secondsEach;
	const share = 100 / screens.length;
	const frames = screens.map((lines, index) => {
		const text = lines
			.map(
				(line, row) =>
					`<text xml:space="preserve" x="${margin}" y="${margin + (row + 0.8) * lineHeight}">${escapeXml(line.slice(0, columns))}</text>`,
			)
			.join("");
		return `<g class="frame" style="animation-delay:${index * secondsEach}s${index ? ";opacity:0" : ""}">${text}</g>`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>The wizard puts the demonstration into a cage</title>
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dae0; white-space: pre; }
.frame { animation: show ${total}s step-end infinite; }
@keyframes show { 0% { opacity: 1 } ${share.toFixed(2)}% { opacity: 0 } 100% { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { .frame { animation: none } }
</style>
<rect width="100%" height="100%" rx="8" fill="#1d2026"/>
${frames.join("\n")}
</svg>
`;
}

function escapeXml(text) {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
