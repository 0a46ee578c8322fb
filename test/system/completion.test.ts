import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { beforeAll, describe, expect, test } from "vitest";
import { some } from "../long.ts";
import { home, temporaryFolder, temporaryState } from "./cagewright.ts";
import { patience } from "./eventually.ts";
import { preparedRedis } from "./prepared.ts";

const state = temporaryState();
const folder = join(home, "dist/completion");

beforeAll(async () => {
	await preparedRedis(state);
	mkdirSync(`${state}/cages/shop-cache`);
	mkdirSync(`${state}/templates`, { recursive: true });
	writeFileSync(`${state}/templates/shop-template.json`, "{}");
	// A shell that expands this name would run the command in it.
	mkdirSync(`${state}/cages/shop$(touch ${state}/expanded)`, { recursive: true });
});

test.each([
	["bash", ["-n", "cagewright.bash"]],
	["zsh", ["-n", "_cagewright"]],
	["fish", ["--no-execute", "cagewright.fish"]],
])("%s accepts its file", (shell, [option = "", name = ""]) => {
	expect(spawnSync(shell, [option, join(folder, name)], { encoding: "utf8" })).toMatchObject({
		status: 0,
		stdout: "",
		stderr: "",
	});
});

describe("mandoc has no warning", () => {
	const pages = readdirSync(join(home, "dist/man"));
	test.each(pages)("%s", (name) => {
		const lint = spawnSync("mandoc", ["-T", "lint", "-W", "warning", join(home, "dist/man", name)], { encoding: "utf8" });
		expect(lint).toMatchObject({ status: 0, stdout: "", stderr: "" });
	});
});

/** Lines before Tab, and the lines after it. */
const completed = [
	["cagewright run redi", "cagewright run redis"],
	["cagewright update --dry", "cagewright update --dry-run"],
	["cagewright make shop-t", "cagewright make shop-template"],
	["cagewright make web-f", "cagewright make web-folder"],
	["cagewright adopt systemd-journald.", "cagewright adopt systemd-journald.service"],
	["cagewright make --network no", "cagewright make --network none"],
	["cagewright record shop-cache --format cyc", "cagewright record shop-cache --format cyclonedx"],
	["cagewright upd", "cagewright update"],
	["cagewright --lang d", "cagewright --lang de"],
	["cagewright template chec", "cagewright template check"],
	["cagewright check redis shop-c", "cagewright check redis shop-cache"],
] as const;

describe("at a real prompt", () => {
	test.each(completed)("bash completes %j", async (typed, line) => {
		expect(await atPrompt(bash(), typed, line)).toContain(line);
	});

	test.each(some(3, completed))("zsh completes %j", async (typed, line) => {
		expect(await atPrompt(zsh(), typed, line)).toContain(line);
	});

	test.each(completed)("fish completes %j", (typed, line) => {
		expect(candidates(typed)).toContain(line.split(" ").at(-1));
	});

	test("--state on the command line names the folder in all shells", async () => {
		const other = temporaryFolder("other-state");
		mkdirSync(`${other}/cages/elsewhere`, { recursive: true });
		const typed = `cagewright --state ${other} show elsew`;
		const line = `cagewright --state ${other} show elsewhere`;
		expect(await atPrompt(bash(), typed, line)).toContain(line);
		expect(await atPrompt(zsh(), typed, line)).toContain(line);
		expect(candidates(typed)).toEqual(["elsewhere"]);
	});

	test("no shell expands special characters in a folder's name", async () => {
		await atPrompt(bash(), "cagewright run shop", "shop-cache");
		await atPrompt(zsh(), "cagewright run shop", "shop-cache");
		expect(candidates("cagewright run shop")).toContain("shop-cache");
		expect(existsSync(`${state}/expanded`)).toBe(false);
	});
});

test("a cage's name is completed within 300 ms", () => {
	const script = `. ${join(folder, "cagewright.bash")}; COMP_WORDS=(cagewright run shop-c); COMP_CWORD=2; _cagewright; echo "\${COMPREPLY[@]}"`;
	const took: number[] = [];
	for (let run = 0; run < 5; run++) {
		const started = performance.now();
		expect(execFileSync("bash", ["-c", script], { encoding: "utf8", env: environment() })).toBe("shop-cache\n");
		took.push(performance.now() - started);
	}
	expect(Math.min(...took)).toBeLessThan(300);
});

function environment(): NodeJS.ProcessEnv {
	return { PATH: process.env.PATH ?? "", TERM: "xterm", LANG: "C.UTF-8", HOME: state, CAGEWRIGHT_STATE: state };
}

/** The words that fish offers for a line. */
function candidates(typed: string): (string | undefined)[] {
	const script = `source ${join(folder, "cagewright.fish")}; complete -C $argv[1]`;
	const words = ["--no-config", "-c", script, typed];
	const offered = execFileSync("fish", words, { encoding: "utf8", env: environment() }).trim().split("\n");
	return offered.map((one) => one.split("\t")[0]);
}

interface Shell {
	readonly command: string;
	readonly args: readonly string[];
	/** The test types this before the line to complete. */
	readonly preparation: string;
}

function bash(): Shell {
	const rc = join(temporaryFolder("bash"), "rc");
	writeFileSync(rc, `PS1='ready> '; bind 'set enable-bracketed-paste off'; . ${join(folder, "cagewright.bash")}\n`);
	return { command: "bash", args: ["--noprofile", "--rcfile", rc, "-i"], preparation: "" };
}

function zsh(): Shell {
	const files = temporaryFolder("zsh");
	writeFileSync(join(files, "_cagewright"), readFileSync(join(folder, "_cagewright")));
	return {
		command: "zsh",
		args: ["-f", "-i"],
		preparation: `PROMPT='rea''dy> '; unsetopt zle_bracketed_paste; fpath=(${files} $fpath); autoload -Uz compinit; compinit -u -D\r`,
	};
}

const controlSequence = new RegExp(`${String.fromCharCode(27)}(?:\\[[0-9;?]*[ -/]*[@-~]|[=>])`, "g");

/** Types a line and Tab at a shell's prompt. Resolves with the whole output once it contains `wanted`; rejects with it if that takes too long. */
function atPrompt({ args, command, preparation }: Shell, typed: string, wanted: string): Promise<string> {
	const terminal = spawn(command, [...args], { cols: 200, rows: 24, env: environment() as Record<string, string>, cwd: state });
	return new Promise((resolve, reject) => {
		let shown = "";
		let isTyped = false;
		const timer = setTimeout(() => end(() => reject(new Error(`${command} showed: ${JSON.stringify(shown)}`))), patience);
		const end = (settle: () => void) => {
			clearTimeout(timer);
			terminal.onExit(settle);
			terminal.kill("SIGKILL");
		};
		terminal.onData((data) => {
			// Remove control sequences, because zsh redraws its line with them.
			shown += data.replaceAll(controlSequence, "");
			if (!isTyped && shown.includes("ready> ")) {
				isTyped = true;
				shown = "";
				terminal.write(`${typed}\t`);
			} else if (isTyped && shown.includes(wanted)) end(() => resolve(shown));
		});
		if (preparation) terminal.write(preparation);
	});
}
