import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText, pathToJson } from "../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../base/path/quote.ts";
import { presentCage, requireTrace } from "../../cage/engine/cages.ts";
import { countEntries, devicesOf } from "../../cage/manifest.ts";
import { absolutePath } from "../../cli/arguments.ts";
import { ask } from "../../cli/ask.ts";
import { fields, section } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { tryPresent } from "../../make/engine/make.ts";
import { planStep } from "../../make/engine/steps.ts";
import { namedFiles } from "../../plan/published.ts";
import { launchPath } from "../../service/application.ts";
import { codeLoadingVariables } from "../../service/environment.ts";
import { permissionsOf, sensitivePermissions } from "../archive/import-review.ts";
import { type ImportedCage, importCage } from "../engine/import.ts";
import { notableSettings, serviceTexts } from "../report/service.ts";

export interface ImportOptions {
	readonly name?: string;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
	readonly trial?: boolean;
	readonly dedicatedAccount?: string | true;
	readonly allowSecret?: readonly string[];
	readonly allowSetuid?: readonly string[];
	readonly allowWrite?: readonly string[];
}

export async function importing(terminal: Terminal, file: string, options: ImportOptions): Promise<number> {
	const words = terminal.messages.cli.transfer;
	return terminal.withContext(async (context) => {
		const archive = pathFromText(absolutePath(file));
		const imported = await importCage(
			context,
			archive,
			{
				architecture: process.arch,
				dryRun: options.dryRun ?? false,
				allowSecret: options.allowSecret ?? [],
				allowSetuid: options.allowSetuid ?? [],
				allowWrite: options.allowWrite ?? [],
				...omitUndefined({ name: options.name, dedicatedAccount: options.dedicatedAccount }),
			},
			async (one) => {
				if (options.dryRun && terminal.options.json)
					terminal.printJson("import", { dryRun: true as const, ...importToJson(one) });
				else if (options.dryRun) terminal.print(describeImport(one, terminal));
				else if (options.yes) {
					// Nobody answers a question here, but a log should show what was imported.
					for (const line of dangersOf(one, terminal)) terminal.remark(line);
					return true;
				} else if (!terminal.interactive) throw new Failure("import-unconfirmed", {}, 2);
				else {
					terminal.say(describeImport(one, terminal));
					return ask(terminal, words.question(one.cage.name));
				}
				return false;
			},
		);
		if (options.dryRun) return 0;
		if (!imported) {
			terminal.say(words.not);
			return 1;
		}
		const { name } = imported.cage;
		const answered = (options.trial ?? true) ? await runTrial(context, name) : undefined;
		terminal.result("import", { name, generation: imported.archive.head.generation, answered: answered ?? null }, () => {
			const command = (verb: string) => terminal.commandLine(verb, name);
			const answer = answered ? words.answers(command("run")) : words.silent(command("trial"), command("remove"));
			return [words.imported(name), ...(answered === undefined ? [] : [answer])].join("\n");
		});
		return answered === false ? 1 : 0;
	});
}

/** Runs a trial and stores its result with the cage. Returns true if the application answers. */
async function runTrial(context: Context, name: string): Promise<boolean> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	const { cage, manifest } = await presentCage(context, name);
	const trace = await requireTrace(store, name);
	const plan = await planStep(context, cage, trace);
	return (await tryPresent(context, { cage, manifest, plan, trace }, false)).round.answered;
}

/** Returns everything that this machine would run, mount, permit or copy because of the cage. */
function partsOf({ archive, cage, groups: hostGroups = [], later, manifest }: ImportedCage) {
	const { application, rules } = cage;
	const counts = countEntries(manifest);
	const trace = archive.trace ? { trace: archive.trace } : {};
	const { identity } = manifest;
	const groups = identity.groups.length ? `, groups ${identity.groups.join(", ")}` : "";
	const limits = Object.entries(application.limits ?? {}).map(([name, value]) => `${name} ${value}`);
	return {
		command: quoteShellLine(application.command),
		directory: application.cwd,
		account: `${identity.name} (uid ${identity.uid}, gid ${identity.gid}${groups})`,
		groups: hostGroups,
		permissions: [...new Set([...permissionsOf({ cage, manifest, ...trace }), ...(later?.permissions ?? [])])],
		/** Files of this machine that not everybody may read. */
		later: later?.paths ?? [],
		syslog: manifest.permissions.syslog,
		environment: Object.entries(application.env).map(([name, value]) => `${name}=${value}`),
		network: application.network,
		sockets: application.sockets ?? [],
		limits,
		/** What a launch sets for the process, and runs before, beside and after it. */
		settings: serviceTexts(application.service),
		probes: application.probes,
		exercises: [...new Set([...application.exercises, ...cage.exercises])],
		binds: manifest.binds.map(({ access, path }) => `${path} (${access})`),
		devices: devicesOf(manifest).map(({ major, minor, path, type }) => `${showPath(path)} (${type} ${major}:${minor})`),
		writable: manifest.writable.map(({ path }) => showPath(path)),
		directories: application.directories,
		/** Sockets and process numbers that root puts at the host's paths. */
		published: namedFiles(manifest).map(({ path }) => showPath(path)),
		secrets: manifest.entries.filter(({ risks }) => risks.includes("secret")).map(({ path }) => path),
		setuid: manifest.entries.filter(({ kind, mode }) => mode & 0o6000 && kind === "file").map(({ path }) => path),
		/** Files and accounts that later builds take from this machine. */
		rules: [
			...rules.include.map((value) => `--include ${value}`),
			...rules.writable.map((value) => `--writable ${value}`),
			...mountsOf(rules),
			...rules.accounts.map((value) => `--account ${value}`),
			...cage.additions.flatMap(additionOption),
		],
		unit: cage.unit,
		dedicated: cage.dedicatedAccount,
		files: counts.files,
		bytes: counts.bytes,
	};
}

function additionOption(addition: ImportedCage["cage"]["additions"][number]): string[] {
	if (addition.kind === "account") return [`--account ${addition.name}`];
	return "path" in addition ? [`--${addition.kind} ${showPath(addition.path)}`] : [];
}

/** Returns what a later build would show the application of this machine, as options. */
function mountsOf({ binds, devices }: ImportedCage["cage"]["rules"]): string[] {
	return [...binds.map(({ access, path }) => `--bind ${path}:${access}`), ...devices.map((value) => `--device ${value}`)];
}

function describeImport(imported: ImportedCage, { messages }: Terminal): string {
	const words = messages.cli.transfer;
	const { archive, cage, dropped } = imported;
	const { head } = archive;
	const parts = partsOf(imported);
	const rows = (label: string, values: readonly string[]) =>
		values.map((value, index): [string, string] => [index ? "" : label, printable(value)]);
	return [
		words.title(
			cage.name,
			{ generation: head.generation, from: head.name, at: printable(head.exportedAt) },
			imported.refusal !== undefined,
		),
		fields([
			...rows(words.command, [parts.command]),
			...rows(words.directory, [parts.directory]),
			...rows(words.account, [parts.account]),
			...rows(words.groups, parts.groups),
			...rows(words.dedicated, parts.dedicated === undefined ? [] : [parts.dedicated]),
			...rows(words.permissions, parts.permissions),
			...rows(words.syslog, parts.syslog === undefined ? [] : [showPath(parts.syslog)]),
			...rows(words.environment, parts.environment),
			...rows(words.network, [parts.network]),
			...rows(words.sockets, parts.sockets),
			...rows(words.limits, parts.limits),
			...rows(words.settings, parts.settings),
			...rows(words.probes, parts.probes),
			...rows(words.exercises, parts.exercises),
			...rows(words.binds, parts.binds),
			...rows(words.devices, parts.devices),
			...rows(words.writable, parts.writable),
			...rows(words.directories, parts.directories),
			...rows(words.published, parts.published),
			...rows(words.rules, parts.rules),
			...rows(words.unit, parts.unit === undefined ? [] : [parts.unit]),
			...rows(words.secrets, parts.secrets.map(showPath)),
			...rows(words.setuid, parts.setuid.map(showPath)),
			...rows(words.files, [`${parts.files}, ${messages.bytes(parts.bytes)}; ${words.data(archive.dataEntries > 0)}`]),
			...rows(
				words.notTaken,
				dropped.map(({ values, what }) => words.dropped[what](values.join(", "))),
			),
		]),
		// Below the table, because the long label would leave little room for the values on 80 columns.
		...section(
			words.later,
			parts.later.map((path) => [showPath(path)]),
		),
	].join("\n");
}

/** One line for each part that affects more than the cage; printed when `--yes` replaces the question. */
function dangersOf(imported: ImportedCage, { messages }: Terminal): string[] {
	const words = messages.cli.transfer;
	const { cage, dropped } = imported;
	const parts = partsOf(imported);
	const line = (label: string, values: readonly string[]) => (values.length ? [`${label}: ${printable(values.join(", "))}`] : []);
	return [
		...line(words.account, [parts.account]),
		...line(words.groups, parts.groups),
		...line(words.dedicated, parts.dedicated === undefined ? [] : [parts.dedicated]),
		...line(words.permissions, sensitivePermissions(parts.permissions)),
		...line(words.sockets, parts.sockets),
		...line(words.settings, notableSettings(cage.application.service)),
		...line(words.probes, parts.probes),
		...line(words.exercises, parts.exercises),
		...line(words.binds, parts.binds),
		...line(words.published, parts.published),
		...line(words.rules, mountsOf(cage.rules)),
		...line(words.later, parts.later.map(showPath)),
		...line(words.environment, notableVariables(cage.application.env)),
		...line(words.setuid, parts.setuid.map(showPath)),
		...dropped
			.filter(({ what }) => what !== "trials")
			.map(({ values, what }) => printable(`${words.notTaken}: ${words.dropped[what](values.join(", "))}`)),
	];
}

function notableVariables(env: Readonly<Record<string, string>>): string[] {
	const names = [...codeLoadingVariables(env), ...(env.PATH === undefined || env.PATH === launchPath ? [] : ["PATH"])];
	return names.map((name) => `${name}=${env[name]}`);
}

/** Contains the same as `describeImport`. */
function importToJson(imported: ImportedCage) {
	const { archive, cage, dropped, manifest, refusal } = imported;
	const { bytes: _, dedicated, later, secrets, setuid, syslog, unit, ...parts } = partsOf(imported);
	const { head } = archive;
	return {
		...parts,
		name: cage.name,
		generation: head.generation,
		exported: { name: head.name, at: head.exportedAt, data: archive.dataEntries > 0 },
		command: cage.application.command,
		account: manifest.identity.name,
		identity: manifest.identity,
		binds: manifest.binds,
		devices: countEntries(manifest).devices.map(pathToJson),
		...(syslog === undefined ? {} : { syslog: pathToJson(syslog) }),
		later: later.map(pathToJson),
		secrets: secrets.map(pathToJson),
		setuid: setuid.map(pathToJson),
		...omitUndefined({ unit, dedicated }),
		dropped,
		...(refusal ? { refused: refusal.code } : {}),
	};
}
