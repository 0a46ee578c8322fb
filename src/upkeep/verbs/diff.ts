import { Failure } from "../../base/failure.ts";
import { pathToJson } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { compareGenerations } from "../../cage/difference.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import type { Manifest, ManifestEntry } from "../../cage/manifest.ts";
import { settingsText } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Messages } from "../../messages/messages.ts";

/** Without numbers, compares the previous generation with the present one. */
export async function diff(terminal: Terminal, name: string, a: number | undefined, b: number | undefined): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const { generation: present } = await presentCage(context, name);
		const all = await store.generations(name);
		const to = b ?? present;
		const from = a ?? all.filter((one) => one < to).at(-1);
		if (from === undefined) throw new Failure("nothing-before", { name, generation: to }, 1);
		const [before, after] = [await store.manifest(name, from), await store.manifest(name, to)];
		if (!before || !after) throw new Failure("no-such-generation", { name, generation: before ? to : from }, 2);
		return terminal.result("diff", { name, ...comparisonToJson(before, after) }, () =>
			comparisonText(before, after, terminal.messages),
		);
	});
}

export function comparisonText(a: Manifest, b: Manifest, messages: Messages): string {
	const words = messages.cli.update;
	const { added, changed, packages, removed, settings } = compareGenerations(a, b);
	const size = ({ kind, size: bytes }: ManifestEntry) => (kind === "file" ? `  ${messages.bytes(bytes)}` : "");
	const lines = [
		...packages.map(({ from, name, to }) => `  ${name} ${from} -> ${to}`),
		...added.map((entry) => `+ ${showPath(entry.path)}${size(entry)}`),
		...removed.map((entry) => `- ${showPath(entry.path)}${size(entry)}`),
		...changed.map(({ after, before, path }) => `~ ${showPath(path)}  ${changeOf(before, after, messages)}`),
		...(settings.length ? [`  ${words.settings(settingsText(settings, messages))}`] : []),
	];
	return lines.length ? lines.join("\n") : words.same(a.generation, b.generation);
}

function changeOf(before: ManifestEntry, after: ManifestEntry, { cli }: Messages): string {
	const { kind, mode, owner, size } = cli.difference.aspects;
	const facts = (entry: ManifestEntry): readonly [string, string][] => [
		[kind, entry.kind],
		[mode, `0${entry.mode.toString(8)}`],
		[owner, `${entry.uid}:${entry.gid}`],
		[size, String(entry.size)],
		["sha256", (entry.sha256 ?? "").slice(0, 12)],
		["->", entry.target === undefined ? "" : showPath(entry.target)],
	];
	const now = new Map(facts(after));
	return facts(before)
		.flatMap(([name, was]) => (was === now.get(name) ? [] : [`${name} ${was || "-"} -> ${now.get(name) || "-"}`]))
		.join(", ");
}

function comparisonToJson(a: Manifest, b: Manifest) {
	const { added, changed, packages, removed, settings } = compareGenerations(a, b);
	return {
		from: a.generation,
		to: b.generation,
		packages,
		added: added.map(({ path }) => pathToJson(path)),
		removed: removed.map(({ path }) => pathToJson(path)),
		changed: changed.map(({ after, before, path }) => ({
			path: pathToJson(path),
			from: before.sha256 ?? null,
			to: after.sha256 ?? null,
		})),
		settings,
	};
}
