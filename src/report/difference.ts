import { compareGenerations } from "../core/cage/difference.ts";
import type { Manifest, ManifestEntry } from "../core/cage/manifest.ts";
import { pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { Messages } from "../messages/messages.ts";
import { settingsText } from "./format.ts";

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

export function comparisonToJson(a: Manifest, b: Manifest): object {
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
