import type { PackageRef } from "../plan/plan.ts";
import type { MachineFacts } from "./evidence.ts";
import type { CageRecord } from "./record.ts";

/** Package managers, by the names that package URLs have for them. */
export type PackageKind = "deb" | "rpm" | "apk" | "alpm";

/** What the package manager tells of a package beyond its name and version. */
export interface PackageOrigin {
	/** Such as `amd64` or `all`. */
	readonly architecture: string;
	/** The source package that it was built from; advisories of Debian go by that. */
	readonly source: string;
	/** Only where it is another one than the package's. */
	readonly sourceVersion?: string;
}

const kinds: Readonly<Record<string, PackageKind>> = {
	debian: "deb",
	ubuntu: "deb",
	fedora: "rpm",
	rhel: "rpm",
	centos: "rpm",
	suse: "rpm",
	opensuse: "rpm",
	alpine: "apk",
	arch: "alpm",
};

/** By `ID` and `ID_LIKE` of os-release(5), the nearest first; undefined where none of them is known. */
export function packageKindOf(ids: readonly string[]): PackageKind | undefined {
	return ids.map((id) => kinds[id]).find((kind) => kind !== undefined);
}

/**
 * The package URL (the purl specification, ECMA-427) by which scanners look a package up; undefined where it is not known which package manager it is of.
 * `distro`, `epoch` and `arch` are as its type definitions have them, `upstream` as syft, grype and others write and read it.
 */
export function packageUrl(
	{ name: listed, version: full }: PackageRef,
	{ architecture, distribution, packageKind }: Pick<MachineFacts, "architecture" | "distribution" | "packageKind">,
	origin?: PackageOrigin,
): string | undefined {
	const namespace = distribution.split("-", 1)[0] ?? "";
	const kind = packageKind ?? packageKindOf([namespace]);
	if (kind === undefined || namespace === "") return undefined;
	// dpkg tells a package of another architecture by its name.
	const [name = listed, foreign] = kind === "deb" ? listed.split(":") : [listed];
	const [, epoch, version = full] = (kind === "rpm" ? /^(\d+):(.*)$/ : /^()(.*)$/).exec(full) ?? [];
	const qualifiers: Readonly<Record<string, string | undefined>> = {
		arch: origin?.architecture ?? foreign ?? (kind === "deb" ? undefined : architecture),
		distro: distribution,
		epoch: epoch || undefined,
		upstream: upstream(name, origin),
	};
	const query = Object.entries(qualifiers).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encode(value)}`]));
	return `pkg:${kind}/${encode(namespace.toLowerCase())}/${encode(name)}@${encode(version)}?${query.join("&")}`;
}

/** Of a package in a cage, as the machine was when the cage was made; undefined where nothing was kept of that. */
export function packageUrlIn({ evidence }: CageRecord, ref: PackageRef): string | undefined {
	if (!evidence) return undefined;
	const origin = evidence.origins?.find(({ name, version }) => name === ref.name && version === ref.version);
	return packageUrl(ref, evidence.machine, origin);
}

function upstream(name: string, origin: PackageOrigin | undefined): string | undefined {
	if (!origin || (origin.source === name && origin.sourceVersion === undefined)) return undefined;
	return origin.sourceVersion === undefined ? origin.source : `${origin.source}@${origin.sourceVersion}`;
}

/** All but letters, digits and `.-_~:` is escaped; encodeURIComponent leaves some signs more, and escapes the colon. */
function encode(text: string): string {
	const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
	return encodeURIComponent(text)
		.replace(/[!'()*]/g, escaped)
		.replaceAll("%3A", ":");
}
