import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import type { Verb } from "../../src/cli/definition.ts";
import { nameOf } from "../../src/cli/definition.ts";
import { verbs } from "../../src/cli/groups.ts";
import { alarmFormats, exportFormats, wizardOptions } from "../../src/cli/options.ts";
import { createProgram } from "../../src/cli/program.ts";
import { results } from "../../src/cli/results.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { exporting } from "../../src/transfer/verbs/export.ts";
import { watch } from "../../src/watch/verbs/watch.ts";

/** An option that a verb would ignore is an error before the verb works. */

/** Parses a command line whose verb does nothing. */
async function outcome(words: readonly string[]): Promise<string> {
	let isRun = false;
	const program = createProgram(words, async () => {
		isRun = true;
	});
	try {
		await program.parseAsync([...words], { from: "user" });
		return isRun ? "done" : "nothing";
	} catch (error) {
		if (error instanceof Failure) return `${error.exit} ${error.code} ${Object.values(error.values).join(" ")}`;
		if (error instanceof CommanderError) return error.code;
		throw error;
	}
}

const conflict = "commander.conflictingOption";

it.each([
	["watch --install --format rfc5424", conflict],
	["watch --install --with-tests", conflict],
	["watch --install --journal --check-every 0 --on-alarm stop --stop-timeout 3", "done"],
	["watch --uninstall --on-alarm stop", conflict],
	["watch --uninstall --check-every 9", conflict],
	["watch --uninstall --dry-run", "done"],
	["watch --dry-run", "2 option-without --dry-run --install"],
	["show lean --history --record", conflict],
	["run lean --json", "2 option-without --json --print"],
	["run lean --print --json", "done"],
	["run lean --print --raw", conflict],
	["run lean --print --stop-timeout 3", conflict],
	["shell lean --json", "2 no-json shell"],
	["signal lean HUP --json", "done"],
	["metrics --force", "2 option-without --force --output"],
	["metrics --force -o /tmp/x", "done"],
	["metrics --force -o -", "done"],
	["record lean --force", "2 option-without --force --output"],
	["record lean --force -o /tmp/x", "done"],
	["unit lean --uninstall --accept-finding account-shared", conflict],
	["unit lean --score --accept-finding account-shared", conflict],
	["unit lean --install --accept-finding account-shared", "done"],
	["unit lean --dry-run", "2 option-without --dry-run --install"],
	["unit lean --uninstall --dry-run", "done"],
])("%s: %s", async (line, expected) => {
	expect(await outcome(line.split(" "))).toBe(expected);
});

describe("an option's value decides", () => {
	const started = new Error("the work started");
	const terminal = (json: boolean) =>
		({
			options: { json },
			messages: { alarms: { unit: {} } },
			withContext: () => Promise.reject(started),
		}) as unknown as Terminal;

	it.each(exportFormats)("export --format %s takes --allow-secret-export if it contains files", async (format) => {
		const work = exporting(terminal(false), "lean", {
			format,
			output: `/nonexistent/cage-lean.${format}`,
			allowSecretExport: true,
		});
		const error = await work.catch((thrown: unknown) => thrown);
		const isRefused = error instanceof Failure && error.code === "option-without";
		expect(isRefused).toBe(["quadlet", "kubernetes", "seccomp"].includes(format));
	});

	it.each(alarmFormats)("watch --json prints no %s", async (format) => {
		const result = watch(terminal(true), [], { format });
		await (format === "json"
			? expect(result).rejects.toBe(started)
			: expect(result).rejects.toMatchObject({ code: "one-form", exit: 2 }));
	});

	it("watch --uninstall takes no name", async () => {
		await expect(watch(terminal(false), ["lean"], { uninstall: true })).rejects.toMatchObject({ code: "action-without-name" });
		await expect(watch(terminal(false), [], { uninstall: true })).rejects.toBe(started);
	});
});

describe.each(verbs.map((definition) => [nameOf(definition), definition] as const))("%s", (verb, { json, needs, usage }) => {
	const words = [verb, ...[...usage.matchAll(/ </g)].map((_, index) => `${index + 1}`)];

	it("refuses options of the wizard", async () => {
		expect(await outcome(words)).toBe("done");
		for (const option of wizardOptions) expect(await outcome([...words, `--${option}`])).toBe(`2 option-of-wizard --${option}`);
	});

	it("has a described result, or refuses --json", async () => {
		const isDescribed = Object.keys(results).some((name) => name === verb || name.startsWith(`${verb}-`));
		expect(isDescribed).toBe(json ?? true);
		if (json === false) expect(await outcome([...words, "--json"])).toBe(`2 no-json ${verb}`);
	});

	it("knows the options that others need", () => {
		const program = createProgram([], async () => {});
		const known = [program, ...(program.commands as Verb[])]
			.filter((command) => [verb, "cagewright"].includes(command.name()))
			.flatMap(({ options }) => options.map((option) => option.attributeName()));
		const named = Object.entries(needs ?? {}).flatMap(([option, all]) => [option, ...all]);
		expect(named.filter((name) => !known.includes(name))).toEqual([]);
	});
});
