import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Booted } from "./booted.ts";
import { home } from "./cagewright.ts";

/** The commands in the fenced `sh` blocks of README.md and the guide, and how a test runs them in a booted system. */

interface Command {
	/** Without its comment, and on one line. */
	readonly line: string;
	/** Whether its comment announces exit status 1. */
	readonly mayEndWith1: boolean;
}

export interface Block {
	/** Path from the repository's root, and the line of the fence. */
	readonly place: string;
	/** Heading of the section. */
	readonly section: string;
	readonly commands: readonly Command[];
	/** Why no test runs it: the text of `<!-- not run: … -->` before the block, which readers do not see. */
	readonly notRun?: string;
}

export const guidePages = readdirSync(join(home, "docs/guide")).map((name) => `docs/guide/${name}`);

export function blocksOf(page: string): Block[] {
	const lines = readFileSync(join(home, page), "utf8").split("\n");
	const blocks: Block[] = [];
	let section = "";
	for (const [index, line] of lines.entries()) {
		section = /^#+ (.*)/.exec(line)?.[1] ?? section;
		if (line !== "```sh") continue;
		const text = lines.slice(index + 1, lines.indexOf("```", index + 1)).join("\n");
		const [, notRun] = /^<!-- not run: (.+) -->$/.exec(lines[index - 1] ?? "") ?? [];
		const place = `${page}:${index + 1}`;
		blocks.push({ place, section, commands: commandsOf(text), ...(notRun === undefined ? {} : { notRun }) });
	}
	return blocks;
}

function commandsOf(text: string): Command[] {
	const lines = text.replaceAll("\\\n", "").split("\n");
	return lines.flatMap((whole) => {
		const line = whole.replace(/\s+# .*$/, "").trim();
		return line === "" ? [] : [{ line, mayEndWith1: whole.slice(line.length).includes("exit status 1") }];
	});
}

/**
 * What replaces a part of a command. A test has no mirror, no terminal and little time: packages are already installed, durations are
 * seconds, and what runs in the foreground is ended.
 */
const substitutions: readonly (readonly [RegExp, string])[] = [
	[/^apt-get install (.*)$/, "dpkg -s $1"],
	[/^node bin\/cagewright\.js /, "node /opt/cagewright/bin/cagewright.js "],
	[/ --for 24h\b/, " --for 2s"],
	// A command that asks would have nobody to ask.
	[/^(cagewright (?:make|minimise|remove|template import)\b(?!.* --(?:yes|dry-run)\b)(?:(?! -- ).)*)/, "$1 --yes"],
];

/** Commands that stay in the foreground, and a line that passes when they have started. */
const foreground: readonly (readonly [RegExp, string])[] = [
	[/^cagewright run (?!.*--print)/, "redis-cli ping 2>/dev/null"],
	[/^cagewright watch(?! --install| .*--install)/, "sleep 2"],
];

/** Runs a documented command. Resolves to what it printed; throws if it fails. */
export async function follow(system: Booted, { line: documented, mayEndWith1 }: Command): Promise<string> {
	const command = substitutions.reduce((text, [pattern, other]) => text.replace(pattern, other), documented);
	const [, ready] = foreground.find(([pattern]) => pattern.test(command)) ?? [];
	const started = `for try in $(seq 300); do ${ready} && break; kill -0 $pid || break; sleep 0.2; done`;
	const line = ready === undefined ? command : `${command} & pid=$!; ${started}; kill -TERM $pid; wait $pid`;
	const { status, stderr, stdout } = await system.run(`cd /root; exec </dev/null; ${line}`);
	const expected = ready !== undefined ? [0, 143] : mayEndWith1 ? [0, 1] : [0];
	if (!expected.includes(status)) throw new Error(`${documented}\nended with ${status}: ${stdout}${stderr}`);
	return (stdout + stderr).trim();
}
