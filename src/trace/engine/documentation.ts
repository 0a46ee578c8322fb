import type { Context, Machine } from "../../base/engine/context.ts";
import type { PackageContents } from "../../base/machine/facts.ts";
import { baseName, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { configuredPrograms, documentedOffers, withDocumented } from "../../plan/offers.ts";
import type { Offer, Plan } from "../../plan/plan.ts";
import {
	configurationMentions,
	logrotateMentions,
	type Mention,
	manualMentions,
	readmeMentions,
	tmpfilesMentions,
	unitMentions,
} from "../../service/documentation.ts";
import type { Trace } from "../trace.ts";
import { type ApplicationPackages, packagesOfApplication } from "./coverage.ts";

/** Documented files that the plan does not contain yet. */
export async function offersOfDocumentation(
	{ machine }: Context,
	{ application, unit }: Pick<Cage, "application" | "unit">,
	plan: Plan,
	trace: Pick<Trace, "accesses" | "uids" | "gids">,
): Promise<Offer[]> {
	const brought = await packagesOfApplication(machine, application, unit);
	const packages = reachedPackages(brought.packages, trace, machine);
	const { gid, groups, uid } = plan.identity;
	const offers = documentedOffers({
		mentions: mentionsOf(machine, application.command, { ...brought, packages }),
		packages,
		plan,
		// Root may write everywhere, so its id says nothing.
		uids: new Set([uid, ...trace.uids].filter((one) => one > 0)),
		gids: new Set([gid, ...groups, ...trace.gids].filter((one) => one > 0)),
		files: machine.files,
	});
	return withDocumented(offers, configuredPrograms(configuration(machine, plan), plan, machine.files));
}

/** Bytes; a larger file is data. */
const mostConfiguration = 256 * 1024;

/** Paths named in the configuration that the application read. */
function configuration({ documents }: Machine, { entries }: Plan): Mention[] {
	return entries.flatMap(({ decision, kind, path, risks, size }) => {
		if (decision !== "include" || kind !== "file" || !path.startsWith("/etc/")) return [];
		const text = risks.includes("secret") || size > mostConfiguration ? undefined : documents.text(path);
		return text === undefined ? [] : configurationMentions(showPath(path), text);
	});
}

/** Packages that the application used, because clients and tools come from the same source. */
function reachedPackages(packages: readonly PackageContents[], { accesses }: Pick<Trace, "accesses">, { files }: Machine) {
	const used = new Set<Path>();
	for (const { path, real, succeeded } of accesses.values()) {
		if (!succeeded.size || files.status(path)?.kind === "directory") continue;
		used.add(path);
		if (real !== undefined) used.add(real);
	}
	return packages.filter((one, index) => index === 0 || one.files.some((path) => used.has(path)));
}

const remembered = new WeakMap<Machine, Map<string, readonly Mention[]>>();

/** Cached, because every decision makes a new plan. */
function mentionsOf(machine: Machine, command: readonly string[], brought: ApplicationPackages): readonly Mention[] {
	const all = remembered.get(machine) ?? new Map<string, readonly Mention[]>();
	remembered.set(machine, all);
	const names = brought.packages.map(({ ref }) => `${ref.name} ${ref.version}`);
	const key = JSON.stringify([command[0], brought.service?.name, names]);
	const mentions = all.get(key) ?? readDocuments(machine, command, brought);
	all.set(key, mentions);
	return mentions;
}

function readDocuments(
	{ documents }: Machine,
	command: readonly string[],
	{ packages, service }: ApplicationPackages,
): Mention[] {
	const program = baseName(pathFromText(command[0] ?? ""));
	const read = (path: Path, mentions: (document: string, text: string) => Mention[]) => {
		const text = documents.text(path);
		return text === undefined ? [] : mentions(showPath(path), text);
	};
	const ofPackages = packages.flatMap(({ files }) =>
		files.flatMap((path) => {
			if (isManual(path, program)) return read(path, manualMentions);
			if (/^\/usr\/share\/doc\/[^/]+\/README\.(Debian|RedHat|Fedora|SUSE|Alpine)[\w.-]*$/i.test(path))
				return read(path, readmeMentions);
			if (/^(\/usr)?\/lib\/tmpfiles\.d\/[^/]+\.conf$/.test(path)) return read(path, tmpfilesMentions);
			return /^\/etc\/logrotate\.d\/[^/]+$/.test(path) ? read(path, logrotateMentions) : [];
		}),
	);
	const ofUnit = (service?.texts ?? []).flatMap((text, index) =>
		unitMentions(service?.files[index] ?? service?.name ?? "", text),
	);
	return [...ofPackages, ...ofUnit];
}

/** The program's own page, and pages about file formats. */
function isManual(path: Path, program: Path): boolean {
	const [, section, name] = /^\/usr\/share\/man\/man(\d)\/(.+?)\.\d\w*(?:\.(?:gz|xz|bz2|zst))?$/.exec(path) ?? [];
	return section === "5" || (name !== undefined && name === program);
}
